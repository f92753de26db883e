"""Pictures of figures as geometry: pure, in per cent and pixels; templates paint them."""
