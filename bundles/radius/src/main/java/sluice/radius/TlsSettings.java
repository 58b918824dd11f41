package sluice.radius;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.SSLException;
import sluice.platform.api.Secret;

/**
 * How RADIUS is spoken over TLS (RFC 6614, 2.3): TLS 1.2 or 1.3, the server is checked, and checks us when we have a
 * certificate.
 *
 * @param context with which connections are made
 * @param serverName that the server's certificate must have: a host name or an IP address
 */
record TlsSettings(SslContext context, String serverName) {

    /** What the shared secret is over TLS (RFC 6614, 2.3). */
    static final String SECRET = "radsec";

    /** Our certificate, PEM, and its key (PKCS #8). */
    record Identity(Path certificates, Secret key) {}

    /**
     * Reads the files.
     *
     * @param trust certificates of the authorities of the server, PEM
     * @throws IllegalArgumentException when they are not what they should be
     */
    static TlsSettings of(Path trust, Optional<Identity> identity, String serverName) {
        SslContextBuilder builder =
                SslContextBuilder.forClient().protocols("TLSv1.3", "TLSv1.2").endpointIdentificationAlgorithm("HTTPS");
        try (InputStream authorities = Files.newInputStream(trust)) {
            builder.trustManager(authorities);
            if (identity.isPresent()) {
                try (InputStream certificates =
                                Files.newInputStream(identity.get().certificates());
                        InputStream key =
                                new ByteArrayInputStream(identity.get().key().bytes())) {
                    builder.keyManager(certificates, key);
                }
            }
            return new TlsSettings(builder.build(), serverName);
        } catch (SSLException e) {
            throw new IllegalArgumentException("TLS cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("A certificate cannot be read: " + e, e);
        }
    }
}
