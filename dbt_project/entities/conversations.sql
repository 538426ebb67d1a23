{{ entity('conversations') }}
