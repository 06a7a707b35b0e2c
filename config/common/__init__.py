"""Ground floor: small modules every app may use; nothing here imports an app."""
