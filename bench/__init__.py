"""The measured figures of this project; each module is a command, `python -m bench` lists them."""
