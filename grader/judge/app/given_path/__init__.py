"""A folder for import paths, in which `given` lies alone: see `import_path`."""
