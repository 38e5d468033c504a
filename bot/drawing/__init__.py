"""What the worker process makes: pages, pictures, files. Nothing else imports what computes and draws."""
