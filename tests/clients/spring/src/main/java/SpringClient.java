import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring Security as the relying party and as the resource server, set up by properties alone as its documentation says. */
public final class SpringClient {
    private static final String PORT = env("AUTHY_SPRING_PORT");
    private static final String HERE = "http://127.0.0.1:" + PORT;
    private static final String CLIENT = "spring.security.oauth2.client.";

    public static void main(String[] arguments) throws Exception {
        int code = 0;
        try (ConfigurableApplicationContext running = SpringApplication.run(Application.class, properties())) {
            run();
        } catch (AssertionError failure) {
            System.err.println("FAIL Spring Security: " + failure.getMessage());
            code = 1;
        }
        System.exit(code);
    }

    private static String[] properties() {
        List<String> properties = new ArrayList<>(List.of(
                "server.port=" + PORT,
                "server.address=127.0.0.1",
                "spring.main.banner-mode=off",
                "logging.level.root=warn",
                CLIENT + "registration.authy.client-id=" + env("AUTHY_CLIENT_ID"),
                CLIENT + "registration.authy.client-secret=" + env("AUTHY_CLIENT_SECRET"),
                CLIENT + "registration.authy.scope=openid,profile,email,groups,offline_access,read",
                CLIENT + "provider.authy.issuer-uri=" + env("AUTHY_ISSUER"),
                CLIENT + "provider.authy.user-name-attribute=preferred_username",
                "spring.security.oauth2.resourceserver.jwt.issuer-uri=" + env("AUTHY_ISSUER"),
                "spring.security.oauth2.resourceserver.jwt.audiences=" + env("AUTHY_CLIENT_ID")));
        return properties.stream().map(property -> "--" + property).toArray(String[]::new);
    }

    private static void run() throws Exception {
        Person person = new Person(env("AUTHY_USERNAME"), env("AUTHY_PASSWORD"));
        URI home = URI.create(HERE + "/me");
        // From the page that somebody wanted, through authy and the callback, back to it.
        person.browse(home, home);
        expect(person.seen.equals(List.of("login-form", "consent-form")), "forms on the way: " + person.seen);
        expect(person.read(home).equals("ada Ada Lovelace ada@example.org [staff] ada@example.org"), "who: " + person.read(home));
        ok("code flow with PKCE; claims of the ID Token and of userinfo");

        String first = person.read(URI.create(HERE + "/call"));
        expect(first.startsWith("hello ") && first.length() > "hello ".length(), "the API said: " + first);
        ok("the resource server takes the access token");
        expect(person.read(URI.create(HERE + "/refresh")).equals("refreshed"), "the token was not refreshed");
        expect(person.read(URI.create(HERE + "/call")).equals(first), "the API knows somebody else after the refresh");
        ok("refreshed, and the API knows the same person");
        expect(Person.status(URI.create(HERE + "/api/hello")) == 401, "the API takes no token as well");

        URI bye = URI.create(env("AUTHY_POST_LOGOUT_REDIRECT_URI"));
        person.submitOn(URI.create(HERE + "/logout"), bye);
        expect(person.seen.isEmpty(), "asked before signing out: " + person.seen);
        person.browse(home, home);
        expect(person.seen.equals(List.of("login-form")), "forms after the logout: " + person.seen);
        ok("logout ends both sessions");
    }

    static String env(String name) {
        String value = System.getenv(name);
        expect(value != null, name + " is not set");
        return value;
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }

    private static void ok(String step) {
        System.out.println("ok   Spring Security: " + step);
    }
}
