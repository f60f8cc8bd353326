"""Forms over the settings: fields that read themselves out of a request, and what the parts of the settings
are made of. Whether a value can be used is said by the schema, here and in the core, never by a form."""
