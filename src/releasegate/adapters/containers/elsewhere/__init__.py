"""Engines that are elsewhere, or shared: reached, given what was made here, and cleared of nobody else's runs."""
