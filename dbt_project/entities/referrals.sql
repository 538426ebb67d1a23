{{ entity('referrals') }}
