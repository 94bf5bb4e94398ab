"""Other graders, installed as their authors publish them, with the same exercise in their own formats."""
