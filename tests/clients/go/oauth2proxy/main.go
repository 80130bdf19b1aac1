// Command oauth2proxy starts oauth2-proxy (the path of its binary is the argument) in front of nothing, and logs in through it.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"time"

	"authy.example/tests/clients/forms"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "FAIL oauth2-proxy:", err)
		os.Exit(1)
	}
}

func run() error {
	address := "127.0.0.1:" + os.Getenv("AUTHY_PROXY_PORT")
	proxy := exec.Command(os.Args[1], "--provider=oidc", "--oidc-issuer-url="+os.Getenv("AUTHY_ISSUER"),
		"--client-id="+os.Getenv("AUTHY_CLIENT_ID"), "--client-secret="+os.Getenv("AUTHY_CLIENT_SECRET"),
		"--redirect-url="+os.Getenv("AUTHY_REDIRECT_URI"), "--http-address="+address, "--upstream=static://202",
		"--scope=openid profile email groups", "--code-challenge-method=S256", "--email-domain=*", "--allowed-group=staff",
		"--cookie-secret=0123456789abcdef0123456789abcdef", "--cookie-secure=false", "--skip-provider-button",
		"--request-logging=false", "--auth-logging=false", "--standard-logging=false")
	proxy.Stdout, proxy.Stderr = os.Stderr, os.Stderr
	if err := proxy.Start(); err != nil {
		return err
	}
	defer func() { _ = proxy.Process.Kill(); _ = proxy.Wait() }()
	if err := waitFor(address); err != nil {
		return err
	}
	fmt.Println("ok   oauth2-proxy: discovery, as it started")

	person := forms.New(os.Getenv("AUTHY_USERNAME"), os.Getenv("AUTHY_PASSWORD"))
	home := "http://" + address + "/private"
	// The proxy's own callback is opened too: the walk ends when it sends the person back to the page that was asked for.
	if _, err := person.Browse(home, home); err != nil {
		return err
	}
	if !slices.Equal(person.Seen, []string{"login-form", "consent-form"}) {
		return fmt.Errorf("met the pages %v", person.Seen)
	}
	fmt.Println("ok   oauth2-proxy: code flow with PKCE, group staff let in")

	if response, err := person.Get(home); err != nil || response.StatusCode != http.StatusAccepted {
		return fmt.Errorf("the protected page answered %v, %v", response, err)
	}
	response, err := person.Get("http://" + address + "/oauth2/userinfo")
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var who struct {
		Email    string   `json:"email"`
		Username string   `json:"preferredUsername"`
		Groups   []string `json:"groups"`
	}
	if err := json.NewDecoder(response.Body).Decode(&who); err != nil {
		return err
	}
	if who.Username != person.Username || who.Email != "ada@example.org" || !slices.Contains(who.Groups, "staff") {
		return fmt.Errorf("the proxy took the person for %q in groups %v", who.Username, who.Groups)
	}
	fmt.Println("ok   oauth2-proxy: knows username, e-mail address and groups")
	return nil
}

func waitFor(address string) error {
	for range 200 {
		if connection, err := net.Dial("tcp", address); err == nil {
			return connection.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Errorf("nothing listens on %s", address)
}
