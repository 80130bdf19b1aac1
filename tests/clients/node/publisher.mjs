// The https host on which the makers of a program publish its description: its URL is the client id.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'

// `describe` makes the document from its URL.
export async function publish(path, describe) {
  const tls = { cert: readFileSync(process.env.AUTHY_CERT), key: readFileSync(process.env.AUTHY_KEY) }
  const published = { asked: 0 }
  const server = createServer(tls, (request, response) => {
    if (request.url !== path) return response.writeHead(404).end()
    published.asked++
    response.setHeader('content-type', 'application/json').end(JSON.stringify(describe(published.url)))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  published.url = `https://127.0.0.1:${server.address().port}${path}`
  published.stop = () => { server.close(); server.closeAllConnections() }
  return published
}
