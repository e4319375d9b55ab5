"""What is asked of a build before anybody else sees it: `audit.py` lists the checks."""
