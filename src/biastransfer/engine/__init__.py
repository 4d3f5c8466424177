"""What runs the steps: jobs, GPUs, fingerprints of code, side-cars, tables on disk, downloads."""
