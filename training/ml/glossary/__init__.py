"""What every logged metric and every reported figure means, stage by stage."""
