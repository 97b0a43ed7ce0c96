# A static binary in an empty image: docker build -t zscope . && docker run --rm -v "$PWD:/src:ro" zscope check list.txt
#
# The same commit gives the same binary: the toolchain is pinned, dependencies are locked, paths of the build are mapped
# away, and no time of day goes in. For an image of the same bytes, add
#   --build-arg SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) --output type=image,rewrite-timestamp=true
FROM docker.io/library/rust:1.91-alpine AS build
# The image's release of Alpine settles the versions.
# hadolint ignore=DL3018
RUN apk add --no-cache build-base
WORKDIR /zscope
COPY . .
# No `-C target-feature=+crt-static`: for musl it is the default, and said aloud it forbids the procedural macros that are
# built for the same platform. That the binary needs no loader is looked at instead.
ENV RUSTFLAGS="--remap-path-prefix=/zscope=. --remap-path-prefix=/usr/local/cargo=cargo"
RUN cargo build --locked --release && ./target/release/zscope --version \
    && readelf --program-headers target/release/zscope >/tmp/headers && ! grep INTERP /tmp/headers

FROM scratch
LABEL org.opencontainers.image.title="zscope" \
      org.opencontainers.image.description="A least-privilege linter and auditor for Zoho OAuth scopes" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /zscope/target/release/zscope /usr/local/bin/zscope
COPY --from=build /zscope/LICENSE-APACHE /zscope/LICENSE-MIT /usr/share/licenses/zscope/
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["/usr/local/bin/zscope"]
CMD ["--help"]
