// Command oidc logs in through authy with coreos/go-oidc and golang.org/x/oauth2: confidential, then public.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"time"

	"authy.example/tests/clients/forms"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

var (
	ctx    = context.Background()
	person = forms.New(env("AUTHY_USERNAME"), env("AUTHY_PASSWORD"))
	issuer = env("AUTHY_ISSUER")
)

func env(name string) string {
	value := os.Getenv(name)
	check(value != "", name+" is not set")
	return value
}

func check(holds bool, what string) {
	if !holds {
		fmt.Fprintln(os.Stderr, "FAIL go-oidc:", what)
		os.Exit(1)
	}
}

func must[T any](value T, err error) T {
	check(err == nil, fmt.Sprint(err))
	return value
}

func ok(step string) { fmt.Println("ok   go-oidc:", step) }

type claims struct {
	Username      string   `json:"preferred_username"`
	Email         string   `json:"email"`
	EmailVerified bool     `json:"email_verified"`
	Groups        []string `json:"groups"`
}

// logIn goes from the authorization request to a validated ID Token.
func logIn(provider *oidc.Provider, client *oauth2.Config) (*oauth2.Token, *oidc.IDToken, string) {
	verifier, state, nonce := oauth2.GenerateVerifier(), oauth2.GenerateVerifier(), oauth2.GenerateVerifier()
	address := client.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce))
	callback := must(person.Browse(address, client.RedirectURL))
	check(callback.Query().Get("state") == state, "state came back changed")
	check(callback.Query().Get("iss") == issuer, "iss is not the issuer")
	tokens := must(client.Exchange(ctx, callback.Query().Get("code"), oauth2.VerifierOption(verifier)))
	raw, _ := tokens.Extra("id_token").(string)
	idToken := must(provider.Verifier(&oidc.Config{ClientID: client.ClientID}).Verify(ctx, raw))
	check(idToken.Nonce == nonce, "nonce came back changed")
	check(idToken.VerifyAccessToken(tokens.AccessToken) == nil, "at_hash does not match")
	return tokens, idToken, raw
}

func refresh(client *oauth2.Config, token string) (*oauth2.Token, error) {
	return client.TokenSource(ctx, &oauth2.Token{RefreshToken: token, Expiry: time.Unix(1, 0)}).Token()
}

func main() {
	provider := must(oidc.NewProvider(ctx, issuer))
	var metadata struct {
		EndSession string `json:"end_session_endpoint"`
		Revocation string `json:"revocation_endpoint"`
	}
	check(provider.Claims(&metadata) == nil && metadata.EndSession != "" && metadata.Revocation != "", "discovery lacks end_session_endpoint or revocation_endpoint")
	ok("discovery")

	client := &oauth2.Config{
		ClientID: env("AUTHY_CLIENT_ID"), ClientSecret: env("AUTHY_CLIENT_SECRET"), RedirectURL: env("AUTHY_REDIRECT_URI"),
		Endpoint: provider.Endpoint(), Scopes: []string{oidc.ScopeOpenID, "profile", "email", "groups", oidc.ScopeOfflineAccess},
	}
	tokens, idToken, rawIDToken := logIn(provider, client)
	check(slices.Equal(person.Seen, []string{"login-form", "consent-form"}), fmt.Sprint("met the pages ", person.Seen))
	var told claims
	check(idToken.Claims(&told) == nil && told.Username == person.Username && slices.Equal(told.Groups, []string{"staff"}), "claims of the ID Token")
	ok("code flow with PKCE, ID Token validated")

	userinfo := must(provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens)))
	check(userinfo.Subject == idToken.Subject && userinfo.Email == told.Email && userinfo.EmailVerified, "claims of userinfo")
	ok("userinfo")

	fresh := must(refresh(client, tokens.RefreshToken))
	check(fresh.RefreshToken != tokens.RefreshToken, "the refresh token did not rotate")
	raw, _ := fresh.Extra("id_token").(string)
	check(must(provider.Verifier(&oidc.Config{ClientID: client.ClientID}).Verify(ctx, raw)).Subject == idToken.Subject, "sub changed at the refresh")
	ok("refresh")

	form := url.Values{"token": {fresh.RefreshToken}, "client_id": {client.ClientID}, "client_secret": {client.ClientSecret}}
	revoked := must(http.PostForm(metadata.Revocation, form))
	check(revoked.StatusCode == http.StatusOK, "revocation answered "+revoked.Status)
	_, err := refresh(client, fresh.RefreshToken)
	var refusal *oauth2.RetrieveError
	check(errors.As(err, &refusal) && refusal.ErrorCode == "invalid_grant", "a revoked refresh token was taken")
	ok("revocation")

	public := &oauth2.Config{
		ClientID: env("AUTHY_PUBLIC_CLIENT_ID"), RedirectURL: env("AUTHY_PUBLIC_REDIRECT_URI"), Endpoint: provider.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "email"},
	}
	public.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	publicTokens, publicIDToken, _ := logIn(provider, public)
	check(must(provider.UserInfo(ctx, oauth2.StaticTokenSource(publicTokens))).Subject == publicIDToken.Subject, "sub of userinfo")
	ok("a public client on a loopback port")

	bye := env("AUTHY_POST_LOGOUT_REDIRECT_URI")
	leave := url.Values{"id_token_hint": {rawIDToken}, "post_logout_redirect_uri": {bye}, "state": {"left"}}
	left := must(person.Browse(metadata.EndSession+"?"+leave.Encode(), bye))
	check(left.Query().Get("state") == "left", "state of the logout")
	silent := must(person.Browse(client.AuthCodeURL("silent", oauth2.S256ChallengeOption(oauth2.GenerateVerifier()), oauth2.SetAuthURLParam("prompt", "none")), client.RedirectURL))
	check(silent.Query().Get("error") == "login_required", "still signed in: "+silent.Query().Get("error"))
	ok("logout ends the session")
}
