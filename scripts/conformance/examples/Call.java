// A whole client: java -cp $J/amqp-client.jar:$J/slf4j-api.jar:$J/slf4j-nop.jar Call.java SERVICE METHOD '{...}', J=/usr/share/java
// (Debian: librabbitmq-client-java). CARNET_AMQP_URI and TOKEN in the environment. A reply is {"result": ..., "error": null}
// or {"result": null, "error": {"exc_args": [{code, message, ...}], ...}}: take your JSON library where patterns are used here.
import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Address;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

public class Call {
  static final String EXCHANGE = "nameko-rpc";
  static final int SECONDS = 10;
  static final Pattern RESULT = Pattern.compile("\\{\\s*\"result\"\\s*:\\s*(.*),\\s*\"error\"\\s*:\\s*null\\s*\\}", Pattern.DOTALL);
  static final Pattern CODE = Pattern.compile("\"code\"\\s*:\\s*\"([a-z_]+)\"");

  public static void main(String[] asked) throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(System.getenv("CARNET_AMQP_URI"));
    if (factory.isSSL()) { // amqps alone would believe any certificate, and look at the name of none
      factory.useSslProtocol(SSLContext.getDefault());
      factory.setSocketConfigurator(socket -> {
        SSLParameters parameters = ((SSLSocket) socket).getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        ((SSLSocket) socket).setSSLParameters(parameters);
      });
    }
    String answer;
    List<Address> broker = List.of(new Address(factory.getHost(), factory.getPort()));
    try (Connection connection = factory.newConnection(() -> broker); Channel channel = connection.createChannel()) {
      answer = call(channel, asked[0] + "." + asked[1], asked.length > 2 ? asked[2] : "{}");
    }
    if (answer == null) throw new IllegalStateException("deadline_exceeded: the outcome is unknown");
    Matcher result = RESULT.matcher(answer), refusal = CODE.matcher(answer);
    if (result.matches()) System.out.println(result.group(1));
    else System.err.println(refusal.find() ? refusal.group(1) : answer);
    System.exit(result.matches() ? 0 : 1);
  }

  static String call(Channel channel, String method, String kwargs) throws Exception {
    String replyTo = UUID.randomUUID().toString();
    String queue = channel.queueDeclare("rpc.reply-" + replyTo, false, true, true, null).getQueue();
    channel.queueBind(queue, EXCHANGE, replyTo);
    BlockingQueue<byte[]> replies = new ArrayBlockingQueue<>(1);
    channel.basicConsume(queue, true, new DefaultConsumer(channel) {
      @Override
      public void handleDelivery(String tag, Envelope envelope, AMQP.BasicProperties properties, byte[] body) {
        replies.offer(body);
      }
    });
    AMQP.BasicProperties properties = new AMQP.BasicProperties.Builder()
        .contentType("application/json").replyTo(replyTo).correlationId(UUID.randomUUID().toString())
        .expiration(String.valueOf(SECONDS * 1000))
        .headers(Map.of(
            "nameko.authorization", System.getenv("TOKEN"),
            "nameko.deadline", System.currentTimeMillis() + SECONDS * 1000L))
        .build();
    String body = "{\"args\": [], \"kwargs\": " + kwargs + "}";
    channel.basicPublish(EXCHANGE, method, true, properties, body.getBytes(StandardCharsets.UTF_8));
    byte[] reply = replies.poll(SECONDS, TimeUnit.SECONDS);
    return reply == null ? null : new String(reply, StandardCharsets.UTF_8);
  }
}
