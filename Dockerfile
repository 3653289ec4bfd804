# One image, server and load generator: docker run IMAGE server, docker run IMAGE client --host ...
FROM node:24-slim AS build
WORKDIR /src
# Dependencies change less often than sources, so they have a layer of their own.
COPY package.json bun.lock bunfig.toml ./
RUN npx -y bun@1.4.5 install --frozen-lockfile --production
COPY . .
RUN node_modules/.bin/bun bin/build.ts

FROM debian:trixie-slim
# For what commands write: mount a folder here.
RUN install --directory --owner 65534 --group 65534 /results
COPY --from=build /src/dist/echobench /usr/local/bin/
WORKDIR /results
USER 65534:65534
EXPOSE 7878
ENTRYPOINT ["echobench"]
