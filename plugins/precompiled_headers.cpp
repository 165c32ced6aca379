// No code: the target needs a source to own the precompiled header that all plugins use.
