"""Schema changes of the records, oldest first, run by `store.database`. Never edited once released."""
