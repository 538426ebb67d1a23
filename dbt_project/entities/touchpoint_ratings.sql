{{ entity('touchpoint_ratings') }}
