"""A small application that plugins extend."""

VERSION = "2.4.0"
