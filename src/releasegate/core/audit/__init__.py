"""What is asked of a build before anybody else sees it: one module for each check."""
