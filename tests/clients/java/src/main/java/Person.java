import java.io.IOException;
import java.net.CookieManager;
import java.net.CookiePolicy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;

/** A person at a browser without JavaScript: follows redirects, keeps cookies, fills the forms that authy shows. */
final class Person {
    /** The forms of authy's pages, each with the button that is pressed. */
    private static final String[][] KNOWN = {
        {"login-form", "login-submit"},
        {"select-account-form", "account-continue"},
        {"consent-form", "consent-approve"},
        {"logout-form", "logout-confirm"},
    };

    final String username;
    private final String password;
    /** The ids of the forms that the last call of {@link #browse} met. */
    final List<String> seen = new ArrayList<>();
    private final HttpClient browser = HttpClient.newBuilder()
            .cookieHandler(new CookieManager(null, CookiePolicy.ACCEPT_ALL))
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(20))
            .build();

    Person(String username, String password) {
        this.username = username;
        this.password = password;
    }

    /** Opens {@code address} and goes on until a redirect leads to {@code until}, which is returned and not opened. */
    URI browse(URI address, URI until) throws IOException, InterruptedException {
        return browse(get(address), until);
    }

    private URI browse(HttpRequest first, URI until) throws IOException, InterruptedException {
        seen.clear();
        HttpRequest request = first;
        for (int hop = 0; hop < 20; hop++) {
            HttpResponse<String> response = browser.send(request, HttpResponse.BodyHandlers.ofString());
            var location = response.headers().firstValue("location");
            if (response.statusCode() / 100 == 3 && location.isPresent()) {
                URI target = request.uri().resolve(location.get());
                if (target.toString().split("[?#]", 2)[0].equals(until.toString())) {
                    return target;
                }
                request = get(target);
            } else {
                request = fill(Jsoup.parse(response.body(), request.uri().toString()), request.uri(), response.statusCode());
            }
        }
        throw new AssertionError("more than 20 steps on the way to " + until);
    }

    /** Sends the only form of a page that is not authy's, and goes on as {@link #browse} does. */
    URI submitOn(URI page, URI until) throws IOException, InterruptedException {
        Element form = Jsoup.parse(read(page)).selectFirst("form");
        return browse(submit(form, form.selectFirst("button"), page), until);
    }

    /** What an address shows. */
    String read(URI address) throws IOException, InterruptedException {
        return browser.send(get(address), HttpResponse.BodyHandlers.ofString()).body();
    }

    /** How an address answers somebody of whom it knows nothing. */
    static int status(URI address) throws IOException, InterruptedException {
        return HttpClient.newHttpClient().send(get(address), HttpResponse.BodyHandlers.discarding()).statusCode();
    }

    private static HttpRequest get(URI address) {
        return HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(20)).build();
    }

    private HttpRequest fill(Document page, URI at, int status) {
        if (page.getElementById("error-page") != null) {
            throw new AssertionError("error page: " + page.select("#error-code, #error-description").text());
        }
        for (String[] pair : KNOWN) {
            Element form = page.getElementById(pair[0]);
            if (form != null) {
                return submit(form, page.getElementById(pair[1]), at);
            }
        }
        throw new AssertionError("HTTP " + status + " without a form that this test knows, at " + at.getPath());
    }

    private HttpRequest submit(Element form, Element button, URI at) {
        if (button == null) {
            throw new AssertionError(form.id() + " has no button of the agreed id");
        }
        if (form.id().equals("login-form") && seen.contains("login-form")) {
            throw new AssertionError("the login form came back: the password was not taken");
        }
        seen.add(form.id());
        Map<String, String> fields = new LinkedHashMap<>();
        for (Element input : form.select("input[name]:not([type=submit]):not([type=button])")) {
            boolean ticked = input.attr("type").equals("checkbox") || input.attr("type").equals("radio");
            if (!ticked || input.hasAttr("checked")) {
                fields.put(input.attr("name"), ticked && !input.hasAttr("value") ? "on" : input.attr("value"));
            }
        }
        if (form.id().equals("login-form")) {
            if (fields.replace("username", username) == null || fields.replace("password", password) == null) {
                throw new AssertionError("the login form lacks its fields");
            }
        }
        if (button.hasAttr("name")) {
            fields.put(button.attr("name"), button.attr("value"));
        }
        String action = button.hasAttr("formaction") ? button.attr("formaction") : form.attr("action");
        String body = fields.entrySet().stream()
                .map(field -> encode(field.getKey()) + "=" + encode(field.getValue()))
                .collect(Collectors.joining("&"));
        return HttpRequest.newBuilder(action.isEmpty() ? at : at.resolve(action))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", at.getScheme() + "://" + at.getAuthority())
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
