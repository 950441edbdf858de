"""The commands of `standfirst`: they receive arguments, call and print."""
