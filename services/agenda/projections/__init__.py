"""What can be asked of agendas."""
