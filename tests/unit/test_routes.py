"""The routes that one package names literally are held against those that the other's code declares."""

from __future__ import annotations

from dataclasses import replace
from textwrap import dedent
from typing import Any

import pytest
from stacks import kit

from releasegate.core.routes.agreement import Player, unanswered
from releasegate.core.routes.declared import declared
from releasegate.core.routes.django_paths import declared_below
from releasegate.core.routes.named import named
from releasegate.core.routes.templates import answered, template


def code(**modules: str) -> dict[str, bytes]:
    """Return modules by path: `core__api` is `core/api.py`, and what ends in `__init__` a package."""
    return {
        f"{name.replace('__', '/').replace('/init/', '/__init__')}.py": dedent(text).encode()
        for name, text in modules.items()
    }


def shown(sources: dict[str, bytes]) -> list[str]:
    return sorted(map(str, declared(sources)))


def below(sources: dict[str, bytes], module: str) -> list[str]:
    return sorted(map(str, declared_below(sources, module)))


def test_a_route_is_below_every_prefix_that_leads_to_it() -> None:
    found = shown(code(
        core__app="""
            from fastapi import FastAPI
            from core.nodes import router as nodes_router
            app = FastAPI()
            app.include_router(nodes_router, prefix="/proxmox")
            @app.get("/")
            def root(): ...
            """,
        core__nodes="""
            from . import disks
            router = APIRouter(prefix="/nodes")
            router.include_router(disks.disk_router, prefix="/{node}")
            @router.get("/status", response_model=None)
            async def status(): ...
            """,
        core__disks="""
            disk_router = APIRouter()
            disk_router.add_api_route("/disks/{disk:path}", endpoint)
            disk_router.add_api_route(path="/count", endpoint=count)
            """,
    ))  # fmt: skip
    assert found == ["/", "/proxmox/nodes/status", "/proxmox/nodes/{}/count", "/proxmox/nodes/{}/disks/**"]


def test_a_router_that_is_handed_on_under_another_name_or_by_its_package_is_the_same() -> None:
    found = shown(code(
        core__app="""
            import core.pbs as pbs
            from core import pdm
            from .pbs import router as pbs_router
            chosen = pbs_router
            def include(app):
                app.include_router(chosen, prefix="/pbs")
                app.include_router(pdm.router, prefix="/pdm")
            """,
        core__pbs__init__="from .routes import router",
        core__pbs__routes="router: APIRouter = APIRouter()\n@router.post('/status')\ndef status(): ...\n",
        core__pdm__init__="from core.pdm.routes import router",
        core__pdm__routes="router = api.APIRouter()\n@router.websocket('/feed')\ndef feed(): ...\n",
    ))  # fmt: skip
    assert found == ["/pbs/status", "/pdm/feed"]


def test_what_cannot_be_read_answers_anything() -> None:
    found = shown(code(
        core__a="router = APIRouter()\n@router.get('/lonely')\ndef lonely(): ...\n",
        core__b="app.include_router(inner, prefix=computed)\ninner = Router()\n@inner.get('/x')\ndef x(): ...\n",
        core__c="from core import d\napp.add_api_route(**spec)\nwhere = f'/made/by/{version}/more'\nrouter.x\n",
        core__e="app.mount('/static', files)\napp.mount(computed, files)\nrouter = 1\n",
        core__f="other = Blueprint(prefix=computed)\n@other.route(computed)\ndef y(): ...\n",
        core__g="app.include_router(made(), prefix='/x')\napp.include_router()\nmade()\n",
        core__i="from app import app\n@plain\n@app.get(3)\ndef z(): ...\n",
        core__x="from core.y import r\nr.include_router(r)\n",
        core__y="from core.x import r\n# a router\n",
        core__h="@app.get('not a path')\ndef n(): ...\nmade().get('/n')\n@made().get('/n')\ndef n(): ...\n",
        core__broken="def router(",
    ))  # fmt: skip
    assert found == ["/**", "/**/**/**", "/**/lonely", "/**/x", "/made/by/**", "/static/**"]


def test_routers_that_include_each_other_end() -> None:
    found = shown(code(
        core__a="""
            from core.b import other
            router = APIRouter()
            app.include_router(router)
            router.include_router(other)
            """,
        core__b="""
            from core.a import router
            other = APIRouter()
            other.include_router(router)
            @other.get("/x")
            def x(): ...
            """,
    ))  # fmt: skip
    assert found == ["/x"]


def test_django_s_paths_are_below_what_includes_them() -> None:
    found = below(code(
        plug__api__urls="""
            from django.urls import include, path, re_path
            from . import views
            from .more import extra
            ends = NetBoxRouter()
            ends.register("proxmox", views.Ends, basename="end")
            router = NetBoxRouter()
            router.register("nodes", views.Nodes)
            router.register(computed, views.Nodes)
            admin.site.register(Model, ModelAdmin)
            urlpatterns = [
                path("", include(router.urls)),
                path("ends/", include((ends.urls, "ends"))),
                path("logs/<int:pk>/", views.logs),
                re_path(r"^old/(?P<name>\\w+)/$", views.old),
                path("sub/", include("plug.api.sub")),
                path("far/", include("somewhere.else")),
                path("made/", include(made())),
                path("list/", include([path("a/", views.a)])),
                path(),
                *extra,
            ] + extra
            urlpatterns += router.urls
            other: list = []
            number: int
            """,
        plug__api__sub="urlpatterns = (path('x/', view), path(computed, view), path('y/'))\n",
        plug__api__more="extra = [path('more/', view)]\nthings[0] = 3\n",
    ), "plug.api.urls")  # fmt: skip
    assert found == [
        "/**", "/ends/proxmox/**", "/far/**", "/list/a", "/logs/{}", "/made/**", "/more", "/nodes/**", "/old/**",
        "/sub/**", "/sub/x", "/sub/y",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "route", "fits"),
    [
        ("/a/b", "/a/b", True),
        ("/a/b/", "/a/b", True),
        ("/a/b", "/a/c", False),
        ("/a/b?x=1", "/a/{y}", True),
        ("/a/{}/c", "/a/b/x/c", True),
        ("/a/{}", "/a", False),
        ("/a/", "/a/b", True),
        ("/a", "/a/b", False),
        ("/a/b/c", "/a", False),
        ("/a/b/c", "/a/<path:rest>", True),
        ("/a", "/a/{rest:path}", True),
        ("/a/b", "/**/b", True),
        ("/a/x-{}", "/a/{name}", True),
        ("/", "/", True),
    ],
)
def test_an_address_is_answered_by_a_route_that_it_fits(address: str, route: str, *, fits: bool) -> None:
    assert answered(template(address), frozenset({template(route)})) is fits


def test_an_address_is_a_text_or_one_that_is_formatted_and_what_documents_is_none() -> None:
    found = named(code(plug__a='''
        """/of/a/module"""
        URL = "/a/b"
        def get(base, node):
            """/of/a/function"""
            call(f"{base}/nodes/{node}/disks?x=1", f"{base} /no", "a/b", 3, b"/x/y", "/with space/x")
            return base + "/sum/" + node, "/sum/" + f"{node}/end", 1 + 2
        '''))  # fmt: skip
    assert [(str(each.address), each.where) for each in found] == [
        ("/a/b", "plug/a.py:3"),
        ("/nodes/{}/disks", "plug/a.py:6"),
        ("/sum/{}", "plug/a.py:7"),
        ("/sum/{}/end", "plug/a.py:7"),
    ]
    assert list(named(code(plug__a="def broken('/a/b"))) == []
    assert list(named(code(plug__a="x = '/a/b'\n"), b"api/")) == []


BACKEND = code(
    core__app="""
        app.include_router(router, prefix="/proxmox")
        router = APIRouter()
        @router.get("/storage")
        def storage(): ...
        """,
    core__ask="PATH = '/api/plugins/lamp/nodes/'\nBASE = '/api/plugins/lamp/'\nOTHER = '/api/dcim/sites/'\n",
)
PLUGIN = code(
    lamp__init__="class Lamp(PluginConfig):\n    base_url = 'lamp'\n",
    lamp__api__urls="router.register('nodes', View)\nurlpatterns = router.urls\n",
    lamp__views="""
        one = f"{base}/proxmox/storage"
        NetBox = "/dcim/devices"
        """,
)


def told(plugin: dict[str, bytes], backend: dict[str, bytes], **changes: Any) -> list[str]:
    players = [Player("plugin", "lamp 1.1", plugin), Player("backend", "core 2.0", backend)]
    return [each.sentence for each in unanswered(replace(kit(), **changes), players)]


def test_two_packages_that_name_what_the_other_answers_agree() -> None:
    assert told(PLUGIN, BACKEND) == []


def test_a_route_that_was_renamed_on_the_backend_s_side_is_told_with_the_places_and_the_nearest() -> None:
    renamed = {**BACKEND, "core/app.py": BACKEND["core/app.py"].replace(b"/storage", b"/storages")}
    twice = {**PLUGIN, "lamp/z.py": b"x = '/proxmox/storage'\n"}
    assert told(twice, renamed) == [
        (
            "lamp 1.1 names /proxmox/storage (lamp/views.py:2 and 1 more), which core 2.0 does not answer; "
            "the nearest that it does is /proxmox/storages"
        )
    ]


def test_a_route_that_was_renamed_on_the_plugin_s_side_is_told() -> None:
    renamed = {**PLUGIN, "lamp/api/urls.py": PLUGIN["lamp/api/urls.py"].replace(b"nodes", b"machines")}
    assert told(renamed, BACKEND) == [
        (
            "core 2.0 names /api/plugins/lamp/nodes (core/ask.py:1), which lamp 1.1 does not answer; "
            "the nearest that it does is /api/plugins/lamp/machines"
        )
    ]


def test_a_plugin_that_does_not_say_its_word_is_known_by_its_folder() -> None:
    silent = {**PLUGIN, "lamp/__init__.py": b"class Lamp(PluginConfig):\n    base_url = WORD\n"}
    assert told(silent, BACKEND) == []
    without_a_class = {**PLUGIN, "lamp/__init__.py": b"x = 1\n"}
    assert told(without_a_class, BACKEND) == []
    assert told({**PLUGIN, "lamp/__init__.py": b"def broken("}, BACKEND) == []


def test_of_what_declares_nothing_or_is_not_there_nothing_is_told() -> None:
    assert told(PLUGIN, {}) == []
    assert told(PLUGIN, code(core__ask="x = 1\n")) == []
    assert told(PLUGIN, BACKEND, host=None) == []
    assert told(PLUGIN, BACKEND, routes=()) == []
