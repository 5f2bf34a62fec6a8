"""Small servers beside which the hub is measured, each the plainest use of what it is named for, all with one contract (`publisher`)."""
