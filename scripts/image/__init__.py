"""The image's steps run in a clean Debian root, where no container engine is to be had."""
