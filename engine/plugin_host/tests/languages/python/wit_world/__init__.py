"""Stands in for the module that componentize-py makes of `plugins/wit`."""
