"""Many laptops in one chart: what each sends of its result, and what becomes of it."""
