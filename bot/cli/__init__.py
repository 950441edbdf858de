"""The commands of `standfirst`: parse arguments, call the application, print."""
