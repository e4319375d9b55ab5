"""The berths."""

from harbor_host.records import CreateTable

OPERATIONS = (CreateTable("berths", columns=("code", "name", "length_m", "draught_m", "status")),)
