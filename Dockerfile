# syntax=docker/dockerfile:1
# Compiles authy, gathers what the binary needs to run, and ships nothing else.
FROM rust:1.95-slim-bookworm AS builder
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates make perl \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
# The linker folds equal functions into one and packs relocations, where it is the toolchain's own (LLD, on x86_64): a tenth of the binary.
# glibc is linked in: what the binary uses of it is a third of its libraries. Names are resolved all the same: its files and DNS
# modules are part of it, and /etc/nsswitch.conf names no others. Only the last step gets these flags, so everything before it is built as ever.
# SQLite comes without its full-text search and its R*Tree, which nothing here uses.
# The target folder is a cache mount, which is gone after this step: the binary is copied out of it.
ENV LIBSQLITE3_FLAGS="-USQLITE_ENABLE_FTS3 -USQLITE_ENABLE_FTS3_PARENTHESIS -USQLITE_ENABLE_FTS5 -USQLITE_ENABLE_RTREE"
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/build/target \
    if [ "$(uname -m)" = x86_64 ]; then small="-Clink-arg=-Wl,--icf=all -Clink-arg=-Wl,-z,pack-relative-relocs"; fi \
 && cargo rustc --release --locked --bin authy -- -C target-feature=+crt-static ${small:-} \
 && cp target/release/authy /authy

# The root folder of the image: the binary, certificates and a user; beside it the folder for data, which belongs to that user.
# The package records let scanners see which glibc is in it.
RUN set -eu; \
    mkdir -p /owned/data /root-folder/etc/ssl/certs /root-folder/var/lib/dpkg/status.d; \
    cp /authy /root-folder/authy; \
    if ldd /authy 2>/dev/null | grep -q '=>'; then echo "authy needs libraries, which the image does not have" >&2; exit 1; fi; \
    cp -L /etc/ssl/certs/ca-certificates.crt /root-folder/etc/ssl/certs/ca-certificates.crt; \
    cp -L /etc/os-release /root-folder/etc/os-release; \
    printf 'root:x:0:0:root:/:/sbin/nologin\nauthy:x:65532:65532:authy:/data:/sbin/nologin\n' > /root-folder/etc/passwd; \
    printf 'root:x:0:\nauthy:x:65532:\n' > /root-folder/etc/group; \
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' > /root-folder/etc/nsswitch.conf; \
    for package in libc6 libgcc-s1 ca-certificates; do dpkg-query -s "$package" > "/root-folder/var/lib/dpkg/status.d/$package"; done; \
    chmod 0700 /owned/data

FROM scratch
COPY --from=builder --chown=0:0 /root-folder/ /
COPY --from=builder --chown=65532:65532 /owned/ /
# The vendored OpenSSL would look for certificates in the folder it was built in.
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
    SQLITE_TMPDIR=/data \
    AUTHY_LISTEN=0.0.0.0:8080 \
    AUTHY_MANAGEMENT_LISTEN=0.0.0.0:9080 \
    AUTHY_DATA_DIR=/data
USER 65532:65532
VOLUME /data
EXPOSE 8080 9080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=4s --start-period=20s --retries=3 CMD ["/authy", "healthcheck"]
ENTRYPOINT ["/authy"]
