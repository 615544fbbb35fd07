# syntax=docker/dockerfile:1
# One image for one node or several: docs/deploy.md.

# The tools, in a layer that changes when their versions do: those that `cargo xtask setup` takes. They run for
# seconds and are not worth the link-time optimisation that they ask for.
FROM docker.io/library/rust:1.95-bookworm AS tools
RUN rustup target add wasm32-unknown-unknown \
    && export CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    && cargo install cargo-leptos --version 0.3.10 --locked --target-dir /tmp/build \
    && cargo install wasm-bindgen-cli --version 0.2.130 --bin wasm-bindgen --target-dir /tmp/build \
    && rm -rf /tmp/build

FROM tools AS build
WORKDIR /latchkey
COPY . .
# What is compiled stays for the next build, outside the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry,sharing=locked \
    --mount=type=cache,target=/latchkey/target,sharing=locked \
    cargo leptos build --release --precompress \
    && mkdir -p /image/latchkey /image/data \
    && cp -r target/release/latchkey target/release/hash.txt target/site /image/latchkey/

# glibc, libgcc and certificates: no shell, no package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image/latchkey /latchkey
# The only folder that is written to; a volume that is mounted here belongs to the same user.
COPY --from=build --chown=65532:65532 /image/data /data
ENV LEPTOS_SITE_ADDR=0.0.0.0:3000 \
    LEPTOS_SITE_ROOT=/latchkey/site \
    LATCHKEY_DATA_DIR=/data
WORKDIR /data
USER 65532:65532
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s --retries=3 CMD ["/latchkey/latchkey", "healthcheck"]
ENTRYPOINT ["/latchkey/latchkey"]
