"""What measures or builds this project itself. The product never imports it."""
