"""Who is acting, what they may see, and how they sign in."""
