"""Discord, offline: the adapter on a stand-in for gateway and REST, with the whole house behind it or an ear instead."""
