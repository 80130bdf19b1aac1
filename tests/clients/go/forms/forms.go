// Package forms is a person at a browser without JavaScript: follows redirects, keeps cookies, fills the forms that authy shows.
package forms

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html"
)

// The forms of authy's pages, each with the button that is pressed.
var known = [][2]string{
	{"login-form", "login-submit"},
	{"select-account-form", "account-continue"},
	{"consent-form", "consent-approve"},
	{"logout-form", "logout-confirm"},
}

// Person holds the cookies of one browser and what is typed into the login form.
type Person struct {
	Username, Password string
	// Seen lists the ids of the forms that the last Browse met.
	Seen    []string
	browser *http.Client
}

// New opens a browser without cookies.
func New(username, password string) *Person {
	jar, _ := cookiejar.New(nil)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Person{Username: username, Password: password, browser: &http.Client{Jar: jar, CheckRedirect: stay, Timeout: 20 * time.Second}}
}

// Browse opens address and goes on until a redirect leads to until, which is returned and not opened.
func (p *Person) Browse(address, until string) (*url.URL, error) {
	p.Seen = nil
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var fields url.Values
	for range 20 {
		response, err := p.send(at, fields)
		if err != nil {
			return nil, err
		}
		if location, err := response.Location(); err == nil {
			response.Body.Close()
			bare := *location
			bare.RawQuery, bare.Fragment = "", ""
			if bare.String() == until {
				return location, nil
			}
			at, fields = location, nil
			continue
		}
		page, err := html.Parse(response.Body)
		response.Body.Close()
		if err != nil {
			return nil, err
		}
		if at, fields, err = p.fill(page, at, response.StatusCode); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("more than 20 steps on the way to %s", until)
}

// Get opens address with the cookies of this browser and follows nothing.
func (p *Person) Get(address string) (*http.Response, error) {
	return p.browser.Get(address)
}

func (p *Person) send(at *url.URL, fields url.Values) (*http.Response, error) {
	if fields == nil {
		return p.browser.Get(at.String())
	}
	request, err := http.NewRequest(http.MethodPost, at.String(), strings.NewReader(fields.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", at.Scheme+"://"+at.Host)
	return p.browser.Do(request)
}

func (p *Person) fill(page *html.Node, at *url.URL, status int) (*url.URL, url.Values, error) {
	if byID(page, "error-page") != nil {
		return nil, nil, fmt.Errorf("error page: %s: %s", text(byID(page, "error-code")), text(byID(page, "error-description")))
	}
	for _, pair := range known {
		form, button := byID(page, pair[0]), byID(page, pair[1])
		if form == nil {
			continue
		}
		if button == nil {
			return nil, nil, fmt.Errorf("%s has no #%s", pair[0], pair[1])
		}
		if pair[0] == "login-form" && slices.Contains(p.Seen, pair[0]) {
			return nil, nil, fmt.Errorf("the login form came back: the password was not taken")
		}
		p.Seen = append(p.Seen, pair[0])
		fields := fieldsOf(form)
		if pair[0] == "login-form" {
			if !fields.Has("username") || !fields.Has("password") {
				return nil, nil, fmt.Errorf("the login form lacks its fields")
			}
			fields.Set("username", p.Username)
			fields.Set("password", p.Password)
		}
		if name := attribute(button, "name"); name != "" {
			fields.Set(name, attribute(button, "value"))
		}
		action := attribute(button, "formaction")
		if action == "" {
			action = attribute(form, "action")
		}
		target, err := at.Parse(action)
		return target, fields, err
	}
	return nil, nil, fmt.Errorf("HTTP %d without a form that this test knows, at %s", status, at.Path)
}

func fieldsOf(form *html.Node) url.Values {
	fields := url.Values{}
	for node := range form.Descendants() {
		kind, name := strings.ToLower(attribute(node, "type")), attribute(node, "name")
		if node.Type != html.ElementNode || node.Data != "input" || name == "" || kind == "submit" || kind == "button" {
			continue
		}
		ticked := kind == "checkbox" || kind == "radio"
		if ticked && !has(node, "checked") {
			continue
		}
		value := attribute(node, "value")
		if ticked && value == "" {
			value = "on"
		}
		fields.Set(name, value)
	}
	return fields
}

func byID(root *html.Node, id string) *html.Node {
	for node := range root.Descendants() {
		if node.Type == html.ElementNode && attribute(node, "id") == id {
			return node
		}
	}
	return nil
}

func attribute(node *html.Node, key string) string {
	for _, pair := range node.Attr {
		if pair.Key == key {
			return pair.Val
		}
	}
	return ""
}

func has(node *html.Node, key string) bool {
	return slices.ContainsFunc(node.Attr, func(pair html.Attribute) bool { return pair.Key == key })
}

func text(root *html.Node) string {
	if root == nil {
		return ""
	}
	var words strings.Builder
	for node := range root.Descendants() {
		if node.Type == html.TextNode {
			words.WriteString(node.Data)
		}
	}
	return strings.TrimSpace(words.String())
}
