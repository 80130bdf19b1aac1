import static org.springframework.security.config.Customizer.withDefaults;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizeRequest;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClientProviderBuilder;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.authentication.OAuth2AuthenticationToken;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizedClientManager;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizedClientRepository;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

/** An application that people sign in to, and the API that it calls for them. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
@RestController
public class Application {
    private final ClientRegistrationRepository registrations;
    private final OAuth2AuthorizedClientRepository kept;

    Application(ClientRegistrationRepository registrations, OAuth2AuthorizedClientRepository kept) {
        this.registrations = registrations;
        this.kept = kept;
    }

    @Bean
    @Order(1)
    SecurityFilterChain api(HttpSecurity http) throws Exception {
        return http.securityMatcher("/api/**")
                .authorizeHttpRequests(requests -> requests.anyRequest().hasAuthority("SCOPE_read"))
                .oauth2ResourceServer(server -> server.jwt(withDefaults()))
                .build();
    }

    @Bean
    @Order(2)
    SecurityFilterChain pages(HttpSecurity http) throws Exception {
        var atTheProviderToo = new OidcClientInitiatedLogoutSuccessHandler(registrations);
        atTheProviderToo.setPostLogoutRedirectUri(SpringClient.env("AUTHY_POST_LOGOUT_REDIRECT_URI"));
        return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                .oauth2Login(withDefaults())
                .logout(logout -> logout.logoutSuccessHandler(atTheProviderToo))
                .build();
    }

    /** RFC 9068: an access token says that it is one. Left alone, Spring Security takes JWTs of no type only. */
    @Bean
    JwtDecoder accessTokens(@Value("${spring.security.oauth2.resourceserver.jwt.issuer-uri}") String issuer) {
        NimbusJwtDecoder decoder = NimbusJwtDecoder.withIssuerLocation(issuer).validateType(false).build();
        decoder.setJwtValidator(JwtValidators.createAtJwtValidator().issuer(issuer)
                .audience(SpringClient.env("AUTHY_CLIENT_ID")).clientId(SpringClient.env("AUTHY_CLIENT_ID")).build());
        return decoder;
    }

    @GetMapping("/me")
    String me(@AuthenticationPrincipal OidcUser user) {
        return String.join(" ", user.getName(), user.getFullName(), user.getIdToken().getEmail(),
                user.getClaimAsStringList("groups").toString(), user.getUserInfo().getEmail());
    }

    @GetMapping("/call")
    String call(@RegisteredOAuth2AuthorizedClient("authy") OAuth2AuthorizedClient client) {
        return RestClient.create().get()
                .uri("http://127.0.0.1:" + SpringClient.env("AUTHY_SPRING_PORT") + "/api/hello")
                .headers(headers -> headers.setBearerAuth(client.getAccessToken().getTokenValue()))
                .retrieve().body(String.class);
    }

    /** Any token that ends within the day counts as expired here, so that this one is refreshed. */
    @GetMapping("/refresh")
    String refresh(OAuth2AuthenticationToken who, @RegisteredOAuth2AuthorizedClient("authy") OAuth2AuthorizedClient before) {
        var manager = new DefaultOAuth2AuthorizedClientManager(registrations, kept);
        manager.setAuthorizedClientProvider(OAuth2AuthorizedClientProviderBuilder.builder()
                .refreshToken(refresh -> refresh.clockSkew(Duration.ofDays(1))).build());
        var after = manager.authorize(OAuth2AuthorizeRequest.withAuthorizedClient(before).principal(who).build());
        return after.getAccessToken().getTokenValue().equals(before.getAccessToken().getTokenValue()) ? "the same" : "refreshed";
    }

    @GetMapping("/api/hello")
    String hello(@AuthenticationPrincipal Jwt token) {
        return "hello " + token.getSubject();
    }
}
