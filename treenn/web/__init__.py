"""Trees in the browser: the module `tree.mjs`, and the playground of `treenn play`."""
