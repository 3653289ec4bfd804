FROM node:24-slim AS build
WORKDIR /src
COPY . .
RUN npx -y bun@1.4.5 run build

FROM debian:trixie-slim
COPY --from=build /src/dist/echobench /usr/local/bin/echobench
RUN ln -s echobench /usr/local/bin/echo-server && ln -s echobench /usr/local/bin/echo-client
USER 65534:65534
EXPOSE 7878
# One verified echo. With TLS on, or on another port, give the client the options it needs.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s CMD ["echobench", "client", "--messages", "1", "--quiet"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["echobench", "server"]
