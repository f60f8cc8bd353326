"""Other people's programs under the same load, so that a figure says something: never a dependency."""
