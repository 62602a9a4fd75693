"""The import graph as a picture: boxes in levels, the cheapest cut in red, and only the arrows that say something."""
