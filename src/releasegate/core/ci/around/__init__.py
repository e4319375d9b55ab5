"""The workflows around a release: what is proposed, what became of what is published, what is kept between runs."""
