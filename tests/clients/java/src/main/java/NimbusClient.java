import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponse;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.Prompt;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import java.util.List;

/** The Nimbus OAuth 2.0 SDK as the relying party: confidential, then public. */
public final class NimbusClient {
    private static final Scope SCOPE = new Scope("openid", "profile", "email", "groups", "offline_access");
    private static OIDCProviderMetadata provider;
    private static Person person;

    public static void main(String[] arguments) throws Exception {
        try {
            run();
        } catch (AssertionError failure) {
            System.err.println("FAIL Nimbus: " + failure.getMessage());
            System.exit(1);
        }
    }

    /** What one login gave. */
    private record Login(OIDCTokenResponse tokens, IDTokenClaimsSet claims) {
        JWT idToken() {
            return tokens.getOIDCTokens().getIDToken();
        }

        AccessToken accessToken() {
            return tokens.getTokens().getAccessToken();
        }
    }

    /** A registered client: `authentication` is null for a public one. */
    private record Client(ClientID id, ClientAuthentication authentication, URI redirectUri) {
        TokenRequest asks(AuthorizationGrant grant) {
            var builder = authentication == null
                    ? new TokenRequest.Builder(provider.getTokenEndpointURI(), id, grant)
                    : new TokenRequest.Builder(provider.getTokenEndpointURI(), authentication, grant);
            return builder.build();
        }
    }

    private static void run() throws Exception {
        person = new Person(env("AUTHY_USERNAME"), env("AUTHY_PASSWORD"));
        provider = OIDCProviderMetadata.resolve(new Issuer(env("AUTHY_ISSUER")));
        check(provider.supportsAuthorizationResponseIssuerParam(), "discovery does not promise iss");
        ok("discovery");

        var id = new ClientID(env("AUTHY_CLIENT_ID"));
        var authentication = new ClientSecretBasic(id, new Secret(env("AUTHY_CLIENT_SECRET")));
        var client = new Client(id, authentication, URI.create(env("AUTHY_REDIRECT_URI")));
        Login login = logIn(client);
        check(person.seen.equals(List.of("login-form", "consent-form")), "met the pages " + person.seen);
        check(List.of("staff").equals(login.claims.getStringListClaim("groups")), "groups in the ID Token");
        ok("code flow with PKCE, ID Token validated");

        UserInfo user = userinfo(login);
        check(person.username.equals(user.getPreferredUsername()) && user.getEmailVerified(), "claims of userinfo");
        ok("userinfo");

        var introspection = TokenIntrospectionResponse.parse(
                new TokenIntrospectionRequest(provider.getIntrospectionEndpointURI(), authentication, login.accessToken()).toHTTPRequest().send());
        check(introspection.indicatesSuccess() && introspection.toSuccessResponse().isActive(), "the access token is not active");
        ok("introspection");

        var presented = login.tokens.getTokens().getRefreshToken();
        var refreshed = redeem(client, new RefreshTokenGrant(presented));
        var successor = refreshed.getTokens().getRefreshToken();
        check(!successor.equals(presented), "the refresh token did not rotate");
        check(validate(client, refreshed.getOIDCTokens().getIDToken(), null).getSubject().equals(login.claims.getSubject()), "sub changed at the refresh");
        ok("refresh");

        var revocation = new TokenRevocationRequest(provider.getRevocationEndpointURI(), authentication, successor).toHTTPRequest().send();
        check(revocation.getStatusCode() == 200, "revocation answered " + revocation.getStatusCode());
        var refused = TokenResponse.parse(client.asks(new RefreshTokenGrant(successor)).toHTTPRequest().send());
        check(!refused.indicatesSuccess() && "invalid_grant".equals(refused.toErrorResponse().getErrorObject().getCode()), "a revoked refresh token was taken: " + refused.toErrorResponse().getErrorObject().toJSONObject());
        ok("revocation");

        var loopback = new Client(new ClientID(env("AUTHY_PUBLIC_CLIENT_ID")), null, URI.create(env("AUTHY_PUBLIC_REDIRECT_URI")));
        Login publicLogin = logIn(loopback);
        check(userinfo(publicLogin).getSubject().equals(publicLogin.claims.getSubject()), "sub of userinfo");
        ok("a public client on a loopback port");

        var bye = URI.create(env("AUTHY_POST_LOGOUT_REDIRECT_URI"));
        var leave = new LogoutRequest(provider.getEndSessionEndpointURI(), login.idToken(), bye, new State("left"));
        check("state=left".equals(person.browse(leave.toURI(), bye).getQuery()), "state of the logout");
        var silent = request(client, new CodeVerifier(), new State(), new Nonce()).prompt(new Prompt(Prompt.Type.NONE)).build();
        var answer = AuthenticationResponseParser.parse(person.browse(silent.toURI(), client.redirectUri));
        check(!answer.indicatesSuccess() && "login_required".equals(answer.toErrorResponse().getErrorObject().getCode()), "still signed in");
        ok("logout ends the session");
    }

    private static AuthenticationRequest.Builder request(Client client, CodeVerifier verifier, State state, Nonce nonce) {
        return new AuthenticationRequest.Builder(ResponseType.CODE, SCOPE, client.id, client.redirectUri)
                .endpointURI(provider.getAuthorizationEndpointURI())
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .state(state)
                .nonce(nonce);
    }

    /** From the authorization request to a validated ID Token. */
    private static Login logIn(Client client) throws Exception {
        var verifier = new CodeVerifier();
        var state = new State();
        var nonce = new Nonce();
        URI callback = person.browse(request(client, verifier, state, nonce).build().toURI(), client.redirectUri);
        AuthenticationResponse answer = AuthenticationResponseParser.parse(callback);
        check(answer.indicatesSuccess(), "the callback carries an error: " + callback.getQuery());
        check(state.equals(answer.getState()) && provider.getIssuer().equals(answer.getIssuer()), "state or iss came back changed");
        AuthorizationCode code = answer.toSuccessResponse().getAuthorizationCode();
        OIDCTokenResponse tokens = redeem(client, new AuthorizationCodeGrant(code, client.redirectUri, verifier));
        return new Login(tokens, validate(client, tokens.getOIDCTokens().getIDToken(), nonce));
    }

    private static OIDCTokenResponse redeem(Client client, AuthorizationGrant grant) throws Exception {
        TokenResponse answer = OIDCTokenResponseParser.parse(client.asks(grant).toHTTPRequest().send());
        check(answer.indicatesSuccess(), "the token endpoint refused: " + (answer.indicatesSuccess() ? "" : answer.toErrorResponse().getErrorObject()));
        return (OIDCTokenResponse) answer.toSuccessResponse();
    }

    private static IDTokenClaimsSet validate(Client client, JWT idToken, Nonce nonce) throws Exception {
        return new IDTokenValidator(provider.getIssuer(), client.id, JWSAlgorithm.RS256, provider.getJWKSetURI().toURL()).validate(idToken, nonce);
    }

    private static UserInfo userinfo(Login login) throws Exception {
        var answer = UserInfoResponse.parse(new UserInfoRequest(provider.getUserInfoEndpointURI(), login.accessToken()).toHTTPRequest().send());
        check(answer.indicatesSuccess(), "userinfo refused");
        return answer.toSuccessResponse().getUserInfo();
    }

    private static String env(String name) {
        String value = System.getenv(name);
        check(value != null, name + " is not set");
        return value;
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    private static void ok(String step) {
        System.out.println("ok   Nimbus: " + step);
    }
}
