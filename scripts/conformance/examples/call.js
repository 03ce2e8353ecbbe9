// A whole client: node call.js SERVICE METHOD '{"argument": ...}'  (npm install amqplib)
// CARNET_AMQP_URI and TOKEN in the environment.
const amqp = require('amqplib');
const { randomUUID } = require('crypto');

async function call(service, method, kwargs, seconds = 10) {
  const connection = await amqp.connect(process.env.CARNET_AMQP_URI);
  try {
    const channel = await connection.createChannel();
    const replyTo = randomUUID(); // no dot in it: it is a routing key
    const { queue } = await channel.assertQueue(`rpc.reply-${replyTo}`, { exclusive: true, autoDelete: true });
    await channel.bindQueue(queue, 'nameko-rpc', replyTo);
    const reply = new Promise((resolve, reject) => {
      channel.consume(queue, resolve, { noAck: true });
      channel.on('return', () => reject({ code: 'unavailable', message: `no ${service} service is running` }));
      setTimeout(() => reject({ code: 'deadline_exceeded' }), seconds * 1000).unref();
    });
    channel.publish('nameko-rpc', `${service}.${method}`, Buffer.from(JSON.stringify({ args: [], kwargs })), {
      contentType: 'application/json', replyTo, correlationId: randomUUID(), mandatory: true,
      expiration: String(seconds * 1000),
      headers: { 'nameko.authorization': process.env.TOKEN, 'nameko.deadline': Date.now() + seconds * 1000 },
    });
    const { result, error } = JSON.parse((await reply).content);
    if (error) throw error.exc_args[0]; // {code, message, message_fr?, fields?, decision_id?}
    return result;
  } finally {
    await connection.close();
  }
}

const [service, method, text = '{}'] = process.argv.slice(2);
call(service, method, JSON.parse(text)).then(
  (result) => console.log(JSON.stringify(result)),
  (refusal) => { console.error(refusal.code, refusal.message ?? ''); process.exitCode = 1; },
);
