"""The app's tabs, one module each: `tab(context)` draws it inside the open `gr.Blocks`."""
