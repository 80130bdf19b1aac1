//go:build tools

// Package tools pins the oauth2-proxy that the tests log in through; go.sum holds the checksums of all that it is built from.
package tools

import _ "github.com/oauth2-proxy/oauth2-proxy/v7"
