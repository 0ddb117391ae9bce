<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutPage</name>
    <message>
        <source>Runs language models on your own computer. Free software under the Apache licence 2.0. It uses Qt under the LGPL version 3, as separate libraries that you may replace, and the packages below.</source>
        <translation>在您自己的电脑上运行语言模型。本软件是自由软件，采用 Apache 2.0 许可证。它以可替换的独立库的形式使用 Qt（LGPL 第 3 版），并使用下列软件包。</translation>
    </message>
    <message>
        <source>Packages and licences</source>
        <translation>软件包与许可证</translation>
    </message>
    <message>
        <source>Copy versions</source>
        <translation>复制版本信息</translation>
    </message>
</context>
<context>
    <name>AccessHelp</name>
    <message>
        <source>Open its page on the hub</source>
        <translation>打开其模型中心页面</translation>
    </message>
    <message>
        <source>Enter an access token…</source>
        <translation>输入访问令牌…</translation>
    </message>
    <message>
        <source>Show the newest version</source>
        <translation>显示最新版本</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>AttachmentChip</name>
    <message>
        <source>Remove {file}</source>
        <translation>移除 {file}</translation>
    </message>
    <message>
        <source>Do not send this; the file stays where it is.</source>
        <translation>不发送此文件；文件本身保持不动。</translation>
    </message>
    <message>
        <source>Put the text into the message</source>
        <translation>将文字放入消息</translation>
    </message>
    <message>
        <source>{size} · {count} tokens</source>
        <translation>{size} · {count} 词元</translation>
    </message>
    <message>
        <source>{size} · about {count} tokens</source>
        <translation>{size} · 约 {count} 词元</translation>
    </message>
</context>
<context>
    <name>AttachmentDialog</name>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Text of the file</source>
        <translation>文件中的文字</translation>
    </message>
    <message>
        <source>{size}, {count} characters of text</source>
        <translation>{size}，{count} 个字符</translation>
    </message>
    <message>
        <source>{size}, {count} characters of text, read by the model in parts</source>
        <translation>{size}，{count} 个字符，由模型分段读取</translation>
    </message>
    <message>
        <source>{size}, {count} characters of text, of which the beginning is shown</source>
        <translation>{size}，{count} 个字符，此处显示开头部分</translation>
    </message>
</context>
<context>
    <name>AttachmentStrip</name>
    <message>
        <source>Reading files</source>
        <translation>正在读取文件</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel reading</source>
        <translation>取消读取</translation>
    </message>
    <message>
        <source>Reading files…</source>
        <translation>正在读取文件…</translation>
    </message>
</context>
<context>
    <name>Attachments</name>
    <message>
        <source>Attach files</source>
        <translation>添加附件</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文字</translation>
    </message>
    <message>
        <source>Pasted text {number}</source>
        <translation>粘贴的文字 {number}</translation>
    </message>
    <message>
        <source>The long text was attached. {undo} puts it into the message.</source>
        <translation>长文字已作为附件添加。按 {undo} 可将其放入消息。</translation>
    </message>
    <message>
        <source>The long text was attached.</source>
        <translation>长文字已作为附件添加。</translation>
    </message>
    <message>
        <source>Summarise the text.</source>
        <translation>请概括这段文字。</translation>
    </message>
</context>
<context>
    <name>BackupsDialog</name>
    <message>
        <source>Backups</source>
        <translation>备份</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>恢复(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Add what is missing</source>
        <translation>补回缺少的内容(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Back up now</source>
        <translation>立即备份(&amp;B)</translation>
    </message>
    <message>
        <source>&amp;Open the folder</source>
        <translation>打开文件夹(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>关闭(&amp;C)</translation>
    </message>
    <message>
        <source>Replaces all conversations by those of the backup</source>
        <translation>用备份中的对话替换全部对话</translation>
    </message>
    <message>
        <source>Takes over what you do not have any more; replaces nothing</source>
        <translation>只补回已经没有的内容，不替换任何东西</translation>
    </message>
    <message>
        <source>A backup is made every half hour and when the app is closed, if something has changed. Before one is restored, your conversations of now become a backup, too.</source>
        <translation>如有改动，每半小时以及关闭应用时都会备份一次。恢复之前，现有的对话也会先备份。</translation>
    </message>
    <message>
        <source>There is no backup yet.</source>
        <translation>还没有备份。</translation>
    </message>
    <message>
        <source>{when} · {size}</source>
        <translation>{when} · {size}</translation>
    </message>
    <message>
        <source>{when} · {size} · before a restoration</source>
        <translation>{when} · {size} · 恢复之前</translation>
    </message>
    <message>
        <source>{when} · {size} · before an update</source>
        <translation>{when} · {size} · 更新之前</translation>
    </message>
    <message>
        <source>Stop the answer that is being written first.</source>
        <translation>请先停止正在生成的回答。</translation>
    </message>
    <message>
        <source>Restoring…</source>
        <translation>正在恢复…</translation>
    </message>
    <message>
        <source>Adding…</source>
        <translation>正在补回…</translation>
    </message>
    <message>
        <source>Your conversations are those of the backup now.</source>
        <translation>现在的对话即为备份中的对话。</translation>
    </message>
    <message>
        <source>Nothing was missing.</source>
        <translation>没有缺少任何内容。</translation>
    </message>
    <message>
        <source>Added: {conversations} conversations, {messages} messages.</source>
        <translation>已补回 {conversations} 个对话、{messages} 条消息。</translation>
    </message>
</context>
<context>
    <name>CardView</name>
    <message>
        <source>Model card</source>
        <translation>模型卡片</translation>
    </message>
    <message>
        <source>The rest of this long card is on the hub.</source>
        <translation>此卡片较长，其余内容请在模型中心查看。</translation>
    </message>
    <message>
        <source>Open a page of the web</source>
        <translation>打开网页</translation>
    </message>
    <message>
        <source>This opens in your browser:</source>
        <translation>将在浏览器中打开：</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
</context>
<context>
    <name>ChatPage</name>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>ChooseDialog</name>
    <message>
        <source>Help me choose</source>
        <translation>帮我选择</translation>
    </message>
    <message>
        <source>What for?</source>
        <translation>用来做什么？</translation>
    </message>
    <message>
        <source>How patient are you?</source>
        <translation>愿意等多久？</translation>
    </message>
    <message>
        <source>Which languages?</source>
        <translation>使用哪些语言？</translation>
    </message>
    <message>
        <source>These suit you and this computer</source>
        <translation>适合您和这台电脑的模型</translation>
    </message>
    <message>
        <source>Look at it</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>Look at {model}</source>
        <translation>查看 {model}</translation>
    </message>
</context>
<context>
    <name>CloseQuestion</name>
    <message>
        <source>A training is running</source>
        <translation>训练正在进行</translation>
    </message>
    <message>
        <source>“{name}” is still training. What should become of it?</source>
        <translation>“{name}”仍在训练。要如何处理？</translation>
    </message>
    <message>
        <source>In the background it goes on without the window, and is found again later.</source>
        <translation>在后台运行时，训练会在窗口关闭后继续，之后仍可找到。</translation>
    </message>
    <message>
        <source>Go on in the background</source>
        <translation>在后台继续</translation>
    </message>
    <message>
        <source>Stop and keep what is learned</source>
        <translation>停止并保留成果</translation>
    </message>
    <message>
        <source>Always do this</source>
        <translation>始终这样处理</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>&amp;New chat</source>
        <translation>新对话(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>Export &amp;all conversations…</source>
        <translation>导出全部对话(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Import conversations…</source>
        <translation>导入对话(&amp;I)…</translation>
    </message>
    <message>
        <source>&amp;Backups…</source>
        <translation>备份(&amp;B)…</translation>
    </message>
    <message>
        <source>&amp;Settings…</source>
        <translation>设置(&amp;S)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>重做(&amp;R)</translation>
    </message>
    <message>
        <source>Cu&amp;t</source>
        <translation>剪切(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Paste</source>
        <translation>粘贴(&amp;P)</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>Attach &amp;files…</source>
        <translation>添加附件(&amp;F)…</translation>
    </message>
    <message>
        <source>Find &amp;in conversation</source>
        <translation>在对话中查找(&amp;I)</translation>
    </message>
    <message>
        <source>Find &amp;next</source>
        <translation>查找下一个(&amp;N)</translation>
    </message>
    <message>
        <source>Find pre&amp;vious</source>
        <translation>查找上一个(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Search conversations</source>
        <translation>搜索对话(&amp;S)</translation>
    </message>
    <message>
        <source>C&amp;hat</source>
        <translation>对话(&amp;H)</translation>
    </message>
    <message>
        <source>Mode&amp;ls</source>
        <translation>模型(&amp;L)</translation>
    </message>
    <message>
        <source>Fine-&amp;tune</source>
        <translation>微调(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Conversation list</source>
        <translation>对话列表(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Generation settings</source>
        <translation>生成设置(&amp;G)</translation>
    </message>
    <message>
        <source>Command &amp;palette…</source>
        <translation>命令面板(&amp;P)…</translation>
    </message>
    <message>
        <source>Go to the &amp;message field</source>
        <translation>转到消息框(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Next area of the window</source>
        <translation>下一个区域(&amp;N)</translation>
    </message>
    <message>
        <source>Pre&amp;vious area of the window</source>
        <translation>上一个区域(&amp;V)</translation>
    </message>
    <message>
        <source>Like the s&amp;ystem</source>
        <translation>跟随系统(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Full screen</source>
        <translation>全屏(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;New run…</source>
        <translation>新建训练任务(&amp;N)…</translation>
    </message>
    <message>
        <source>&amp;Add data files…</source>
        <translation>添加数据文件(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;Pause the training</source>
        <translation>暂停训练(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Stop and keep the result</source>
        <translation>停止并保留结果(&amp;S)</translation>
    </message>
    <message>
        <source>Show &amp;runs</source>
        <translation>显示训练任务(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Choose a model</source>
        <translation>选择模型(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Load the chosen model</source>
        <translation>加载所选模型(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Eject the model</source>
        <translation>卸载模型(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Find models…</source>
        <translation>查找模型(&amp;F)…</translation>
    </message>
    <message>
        <source>&amp;Import a model…</source>
        <translation>导入模型(&amp;I)…</translation>
    </message>
    <message>
        <source>C&amp;onnect to a server…</source>
        <translation>连接到服务器(&amp;O)…</translation>
    </message>
    <message>
        <source>Mea&amp;sure the speed…</source>
        <translation>测量速度(&amp;S)…</translation>
    </message>
    <message>
        <source>Access &amp;token of the hub…</source>
        <translation>模型中心访问令牌(&amp;T)…</translation>
    </message>
    <message>
        <source>Ser&amp;ve other programs</source>
        <translation>为其他程序提供服务(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Download the starter model</source>
        <translation>下载入门模型(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>重命名(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Undo the deletion</source>
        <translation>撤销删除(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Pin to the top</source>
        <translation>置顶(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Move to a folder</source>
        <translation>移到文件夹(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;New folder</source>
        <translation>新建文件夹(&amp;N)</translation>
    </message>
    <message>
        <source>Ne&amp;xt conversation</source>
        <translation>下一个对话(&amp;X)</translation>
    </message>
    <message>
        <source>Previ&amp;ous conversation</source>
        <translation>上一个对话(&amp;O)</translation>
    </message>
    <message>
        <source>Mo&amp;ve the folder up</source>
        <translation>上移文件夹(&amp;V)</translation>
    </message>
    <message>
        <source>Mov&amp;e the folder down</source>
        <translation>下移文件夹(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Trash…</source>
        <translation>回收站(&amp;T)…</translation>
    </message>
    <message>
        <source>&amp;Stop the answer</source>
        <translation>停止回答(&amp;S)</translation>
    </message>
    <message>
        <source>Answer &amp;again</source>
        <translation>重新回答(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Copy the conversation as Markdown</source>
        <translation>将对话复制为 Markdown(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;What the model sees…</source>
        <translation>模型看到的内容(&amp;W)…</translation>
    </message>
    <message>
        <source>&amp;Stop and ask</source>
        <translation>停下询问(&amp;S)</translation>
    </message>
    <message>
        <source>Leave out the &amp;oldest messages</source>
        <translation>省略最早的消息(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Keep the start and the end</source>
        <translation>保留开头和结尾(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Install a launcher</source>
        <translation>安装启动图标(&amp;I)</translation>
    </message>
    <message>
        <source>&amp;Open the log folder</source>
        <translation>打开日志文件夹(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;About Desktop LLM</source>
        <translation>关于 Desktop LLM(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>&amp;Model</source>
        <translation>模型(&amp;M)</translation>
    </message>
    <message>
        <source>&amp;Conversation</source>
        <translation>对话(&amp;C)</translation>
    </message>
    <message>
        <source>Me&amp;ssage</source>
        <translation>消息(&amp;S)</translation>
    </message>
    <message>
        <source>T&amp;asks</source>
        <translation>任务(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Appearance</source>
        <translation>外观(&amp;A)</translation>
    </message>
    <message>
        <source>When it &amp;gets too long</source>
        <translation>对话过长时(&amp;G)</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>Answer of the base model</source>
        <translation>基座模型的回答</translation>
    </message>
    <message>
        <source>Answer of the tuned model</source>
        <translation>微调后模型的回答</translation>
    </message>
    <message>
        <source>Prompt for both models</source>
        <translation>给两个模型的提示词</translation>
    </message>
    <message>
        <source>Ask both models the same…</source>
        <translation>向两个模型提出同样的问题…</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Both draw the same random numbers. “Random” takes another seed each time.</source>
        <translation>两个模型使用相同的随机数。“随机”表示每次换一个种子。</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
    <message>
        <source>Ask both</source>
        <translation>同时提问</translation>
    </message>
    <message>
        <source>Base: {name}</source>
        <translation>基座：{name}</translation>
    </message>
    <message>
        <source>Tuned: {name}</source>
        <translation>微调后：{name}</translation>
    </message>
    <message>
        <source>Waits for its turn</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>Answers…</source>
        <translation>正在回答…</translation>
    </message>
    <message>
        <source>Stopped before it answered</source>
        <translation>尚未回答就已停止</translation>
    </message>
    <message>
        <source>Not asked</source>
        <translation>未提问</translation>
    </message>
    <message>
        <source>Answered by {model} with the adapter {hash}, seed {seed}</source>
        <translation>由 {model} 使用适配器 {hash} 回答，种子 {seed}</translation>
    </message>
    <message>
        <source>Answered by {model} without an adapter, seed {seed}</source>
        <translation>由 {model} 不使用适配器回答，种子 {seed}</translation>
    </message>
    <message>
        <source>No answer</source>
        <translation>没有回答</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Write a message…</source>
        <translation>输入消息…</translation>
    </message>
    <message>
        <source>Shift+Enter starts a new line</source>
        <translation>Shift+Enter 换行</translation>
    </message>
    <message>
        <source>Attach files</source>
        <translation>添加附件</translation>
    </message>
    <message>
        <source>Attach files (Ctrl+Shift+A), or drop them here</source>
        <translation>添加附件 (Ctrl+Shift+A)，或拖到这里</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Stop (Esc)</source>
        <translation>停止（Esc）</translation>
    </message>
    <message>
        <source>Send (Enter)</source>
        <translation>发送（Enter）</translation>
    </message>
</context>
<context>
    <name>ContextControl</name>
    <message>
        <source>All of it is sent: only the server knows how long it is for the model.</source>
        <translation>全部内容都会发送：只有服务器知道它对模型来说有多长。</translation>
    </message>
    <message>
        <source>The conversation with this message is {tokens} tokens long, {reserved} are kept for the answer, and the model takes at most {limit}. What may be left out?</source>
        <translation>加上这条消息，对话共 {tokens} 词元，另为回答预留 {reserved}，而模型最多容纳 {limit}。可以省略哪些内容？</translation>
    </message>
    <message>
        <source>What has to be sent is {tokens} tokens long, {reserved} are kept for the answer, and the model takes at most {limit}. Shorten it by {excess} tokens.</source>
        <translation>必须发送的内容有 {tokens} 词元，另为回答预留 {reserved}，而模型最多容纳 {limit}。请缩短 {excess} 词元。</translation>
    </message>
    <message>
        <source>{number} tokens</source>
        <translation>{number} 词元</translation>
    </message>
    <message>
        <source>always sent</source>
        <translation>始终发送</translation>
    </message>
    <message>
        <source>left out</source>
        <translation>已省略</translation>
    </message>
    <message>
        <source>Your message</source>
        <translation>您的消息</translation>
    </message>
    <message>
        <source>Instructions and chat template</source>
        <translation>指令与对话模板</translation>
    </message>
    <message>
        <source>You: {words}</source>
        <translation>您：{words}</translation>
    </message>
    <message>
        <source>Answer: {words}</source>
        <translation>回答：{words}</translation>
    </message>
    <message>
        <source>Instructions: {words}</source>
        <translation>指令：{words}</translation>
    </message>
</context>
<context>
    <name>ContextMeter</name>
    <message>
        <source>{tokens} of {limit} tokens</source>
        <translation>{tokens} / {limit} 词元</translation>
    </message>
    <message>
        <source>Context in use: {figures}</source>
        <translation>已用上下文：{figures}</translation>
    </message>
    <message>
        <source>Tokens of the conversation so far, of those that the model can read.</source>
        <translation>对话目前的词元数，以及模型最多能读取的词元数。</translation>
    </message>
</context>
<context>
    <name>ContextStrip</name>
    <message>
        <source>What happens when the conversation gets too long</source>
        <translation>对话过长时的处理方式</translation>
    </message>
    <message>
        <source>What the model sees</source>
        <translation>模型看到的内容</translation>
    </message>
    <message>
        <source>Leave out the oldest</source>
        <translation>省略最早的</translation>
    </message>
    <message>
        <source>Keep the start and the end</source>
        <translation>保留开头和结尾</translation>
    </message>
    <message>
        <source>Shorten my message</source>
        <translation>缩短我的消息</translation>
    </message>
    <message>
        <source>{number} left out</source>
        <translation>省略 {number} 条</translation>
    </message>
    <message>
        <source>{messages} messages, {left_out} left out, {tokens} of {limit} tokens</source>
        <translation>{messages} 条消息，省略 {left_out} 条，{tokens} / {limit} 词元</translation>
    </message>
</context>
<context>
    <name>ConversationList</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>Trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Your conversations appear here.</source>
        <translation>您的对话会显示在这里。</translation>
    </message>
</context>
<context>
    <name>ConversationRows</name>
    <message>
        <source>Pinned</source>
        <translation>置顶</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>今天</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>昨天</translation>
    </message>
    <message>
        <source>Last seven days</source>
        <translation>最近七天</translation>
    </message>
    <message>
        <source>Last thirty days</source>
        <translation>最近三十天</translation>
    </message>
    <message>
        <source>Older</source>
        <translation>更早</translation>
    </message>
    <message>
        <source>folder, open</source>
        <translation>文件夹，已展开</translation>
    </message>
    <message>
        <source>folder, closed</source>
        <translation>文件夹，已折叠</translation>
    </message>
    <message>
        <source>{name}, {state}, conversations: {count}</source>
        <translation>{name}，{state}，对话数：{count}</translation>
    </message>
    <message>
        <source>{title}, being answered</source>
        <translation>{title}，正在回答</translation>
    </message>
    <message>
        <source>Level 2, in the folder “{name}”</source>
        <translation>第 2 级，在文件夹“{name}”中</translation>
    </message>
    <message>
        <source>Level 1</source>
        <translation>第 1 级</translation>
    </message>
</context>
<context>
    <name>ConversationSearch</name>
    <message>
        <source>Search conversations</source>
        <translation>搜索对话</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search results</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Nothing found for “{text}”.</source>
        <translation>没有找到“{text}”。</translation>
    </message>
    <message>
        <source>1 hit</source>
        <translation>1 条结果</translation>
    </message>
    <message>
        <source>The newest {number} hits</source>
        <translation>最新的 {number} 条结果</translation>
    </message>
    <message>
        <source>{number} hits</source>
        <translation>{number} 条结果</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
</context>
<context>
    <name>CrashDialog</name>
    <message>
        <source>Something unexpected happened</source>
        <translation>发生了意外</translation>
    </message>
    <message>
        <source>Desktop LLM ended unexpectedly the last time it ran.</source>
        <translation>Desktop LLM 上次运行时意外结束。</translation>
    </message>
    <message>
        <source>A fault in Desktop LLM stopped what it was doing.</source>
        <translation>Desktop LLM 的一个故障中断了它正在做的事。</translation>
    </message>
    <message>
        <source>Everything that was shown as saved is safe, and you can go on working.</source>
        <translation>所有显示为已保存的内容都是安全的，您可以继续使用。</translation>
    </message>
    <message>
        <source>To report the fault, copy the details below; nothing is sent by itself. Read them first: they may quote what you were working on.</source>
        <translation>要报告此故障，请复制下面的详细信息；不会自动发送任何内容。请先查看一遍，其中可能引用了您正在处理的内容。</translation>
    </message>
    <message>
        <source>Details of the fault</source>
        <translation>故障详情</translation>
    </message>
    <message>
        <source>&amp;Copy details</source>
        <translation>复制详情(&amp;C)</translation>
    </message>
    <message>
        <source>Copy the details of the fault</source>
        <translation>复制故障详情</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>关闭(&amp;L)</translation>
    </message>
    <message>
        <source>Close the report</source>
        <translation>关闭报告</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
</context>
<context>
    <name>DamageDialog</name>
    <message>
        <source>Your conversations</source>
        <translation>您的对话</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Nothing in it could be read.</source>
        <translation>其中没有可以读取的内容。</translation>
    </message>
    <message>
        <source>{conversations} conversations with {messages} messages could be read, and are here again.</source>
        <translation>已读出 {conversations} 个对话、{messages} 条消息，现已恢复。</translation>
    </message>
    <message>
        <source>There is no backup</source>
        <translation>没有备份</translation>
    </message>
    <message>
        <source>Add what the backup of {when} has</source>
        <translation>补回 {when} 备份中的内容</translation>
    </message>
</context>
<context>
    <name>DataSection</name>
    <message>
        <source>1. Data</source>
        <translation>1. 数据</translation>
    </message>
    <message>
        <source>Reading the data</source>
        <translation>正在读取数据</translation>
    </message>
    <message>
        <source>{train} to learn from, {held_out} held out</source>
        <translation>{train}用于训练，{held_out} 条留作验证</translation>
    </message>
</context>
<context>
    <name>DatasetPreview</name>
    <message>
        <source>2. What the model will see</source>
        <translation>2. 模型将看到的内容</translation>
    </message>
    <message>
        <source>View of the data</source>
        <translation>数据的视图</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>As the model sees it</source>
        <translation>模型所见</translation>
    </message>
    <message>
        <source>Lengths</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>File that is shown</source>
        <translation>显示的文件</translation>
    </message>
    <message>
        <source>Rows of the file</source>
        <translation>文件中的数据</translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>运行环境</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Revision</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Bits of a weight</source>
        <translation>权重位数</translation>
    </message>
    <message>
        <source>{hash}, the model's own</source>
        <translation>{hash}，模型自带</translation>
    </message>
    <message>
        <source>{hash}, in place of the model's own</source>
        <translation>{hash}，替代模型自带的</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>Read before, and still known</source>
        <translation>之前读过且仍记得的</translation>
    </message>
    <message>
        <source>Messages left out</source>
        <translation>省略的消息</translation>
    </message>
    <message>
        <source>Hash of the tokens</source>
        <translation>词元哈希</translation>
    </message>
    <message>
        <source>On</source>
        <translation>开</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>思考</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Written</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Of it thinking</source>
        <translation>其中思考</translation>
    </message>
    <message>
        <source>{right} of {guessed}, {percent} %</source>
        <translation>{guessed} 个中的 {right} 个，{percent} %</translation>
    </message>
    <message>
        <source>Tokens guessed right</source>
        <translation>猜中的词元</translation>
    </message>
    <message>
        <source>{number} tokens per second</source>
        <translation>每秒 {number} 词元</translation>
    </message>
    <message>
        <source>Ended because</source>
        <translation>结束原因</translation>
    </message>
    <message>
        <source>Until the first word</source>
        <translation>首词用时</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>回答长度上限</translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation>停止字符串</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Number format</source>
        <translation>数值格式</translation>
    </message>
    <message>
        <source>Threads</source>
        <translation>线程数</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>The model was done</source>
        <translation>模型已说完</translation>
    </message>
    <message>
        <source>It reached its length limit</source>
        <translation>达到长度上限</translation>
    </message>
    <message>
        <source>A stop string came up</source>
        <translation>出现停止字符串</translation>
    </message>
    <message>
        <source>It was stopped</source>
        <translation>被停止</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 词元</translation>
    </message>
    <message>
        <source>{number} s</source>
        <translation>{number} 秒</translation>
    </message>
</context>
<context>
    <name>DetailsDialog</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>How this answer came about</source>
        <translation>这条回答的由来</translation>
    </message>
    <message>
        <source>Run again exactly</source>
        <translation>原样重新运行</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>复制为文字</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>A server cannot repeat an answer exactly.</source>
        <translation>服务器无法精确地重复一个回答。</translation>
    </message>
</context>
<context>
    <name>DetailsPane</name>
    <message>
        <source>Files of the model</source>
        <translation>模型文件</translation>
    </message>
    <message>
        <source>Open its page on the hub</source>
        <translation>打开其模型中心页面</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Model card</source>
        <translation>模型卡片</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>What is shown</source>
        <translation>显示内容</translation>
    </message>
    <message>
        <source>Choose a model to see whether it runs on this computer.</source>
        <translation>选择一个模型，查看它能否在这台电脑上运行。</translation>
    </message>
    <message>
        <source>Asking the hub</source>
        <translation>正在查询模型中心</translation>
    </message>
    <message>
        <source>Asking the hub about {repo}…</source>
        <translation>正在向模型中心查询 {repo}…</translation>
    </message>
    <message>
        <source>This model has no card.</source>
        <translation>此模型没有卡片。</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
</context>
<context>
    <name>Discover</name>
    <message>
        <source>Recommended for small computers</source>
        <translation>为小型电脑推荐</translation>
    </message>
    <message>
        <source>You work offline: the hub is not asked.</source>
        <translation>离线模式：不查询模型中心。</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <source>Nothing was found. Try other words, or fewer filters.</source>
        <translation>没有找到。请换用其他词语，或减少筛选条件。</translation>
    </message>
    <message>
        <source>{models}, and more below</source>
        <translation>{models}，下方还有更多</translation>
    </message>
    <message>
        <source>{models}, that is all</source>
        <translation>{models}，已全部显示</translation>
    </message>
    <message>
        <source>The hub could not be asked.</source>
        <translation>无法查询模型中心。</translation>
    </message>
</context>
<context>
    <name>DownloadBar</name>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>与它对话</translation>
    </message>
    <message>
        <source>On this computer already.</source>
        <translation>已在这台电脑上。</translation>
    </message>
    <message>
        <source>Resume the download</source>
        <translation>继续下载</translation>
    </message>
    <message>
        <source>No licence is stated: ask its owner before you use it for work.</source>
        <translation>没有注明许可证：用于工作之前，请先询问其所有者。</translation>
    </message>
    <message>
        <source>Licence: {licence}. {note}</source>
        <translation>许可证：{licence}。{note}</translation>
    </message>
    <message>
        <source>Licence: {licence}</source>
        <translation>许可证：{licence}</translation>
    </message>
    <message>
        <source>{size} are needed, and {free} are free on the disk.</source>
        <translation>需要 {size}，而磁盘剩余 {free}。</translation>
    </message>
    <message>
        <source>After {size} of {free}, the disk is nearly full.</source>
        <translation>磁盘剩余 {free}，下载 {size} 后将几乎占满。</translation>
    </message>
    <message>
        <source>{free} are free on the disk.</source>
        <translation>磁盘剩余 {free}。</translation>
    </message>
    <message>
        <source>Download {size}</source>
        <translation>下载 {size}</translation>
    </message>
    <message>
        <source>In the queue</source>
        <translation>排队中</translation>
    </message>
    <message>
        <source>Downloading: {percent} %</source>
        <translation>正在下载：{percent}%</translation>
    </message>
</context>
<context>
    <name>DownloadRow</name>
    <message>
        <source>Pause the download of {model}</source>
        <translation>暂停下载 {model}</translation>
    </message>
    <message>
        <source>Resume the download of {model}</source>
        <translation>继续下载 {model}</translation>
    </message>
    <message>
        <source>Fetch {model} earlier</source>
        <translation>提前下载 {model}</translation>
    </message>
    <message>
        <source>Give up the download of {model}</source>
        <translation>放弃下载 {model}</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Paused: {done}</source>
        <translation>已暂停：{done}</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>Checking {file}…</source>
        <translation>正在校验 {file}…</translation>
    </message>
    <message>
        <source>Putting {file} in its place…</source>
        <translation>正在存放 {file}…</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} / {total}</translation>
    </message>
    <message>
        <source>{size} a second</source>
        <translation>{size}/秒</translation>
    </message>
</context>
<context>
    <name>DownloadsView</name>
    <message>
        <source>Downloads</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>1 download</source>
        <translation>1 项下载</translation>
    </message>
    <message>
        <source>{number} downloads</source>
        <translation>{number} 项下载</translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message>
        <source>Drop to talk about, to import or to fine-tune</source>
        <translation>松开以讨论、导入或微调</translation>
    </message>
    <message>
        <source>Talk about it</source>
        <translation>就此对话</translation>
    </message>
    <message>
        <source>Text, PDF, Word, Excel, web pages, code, or a folder of them</source>
        <translation>文本、PDF、Word、Excel、网页、代码，或包含它们的文件夹</translation>
    </message>
    <message>
        <source>Drop to import this model</source>
        <translation>松开以导入此模型</translation>
    </message>
    <message>
        <source>A folder with safetensors files, or a GGUF file</source>
        <translation>含有 safetensors 文件的文件夹，或 GGUF 文件</translation>
    </message>
    <message>
        <source>Drop to fine-tune on these files</source>
        <translation>松开以用这些文件微调</translation>
    </message>
    <message>
        <source>Train on it</source>
        <translation>用于训练</translation>
    </message>
    <message>
        <source>JSON lines, JSON, CSV, TSV, Parquet, text or Markdown</source>
        <translation>JSON Lines、JSON、CSV、TSV、Parquet、文本或 Markdown</translation>
    </message>
</context>
<context>
    <name>DropZone</name>
    <message>
        <source>Drop files of your data here</source>
        <translation>将数据文件拖放到这里</translation>
    </message>
    <message>
        <source>JSON, JSON lines, CSV, TSV, Parquet, text, Markdown or CoNLL: chats, questions with answers, plain text, texts with labels. The files are only read.</source>
        <translation>JSON、JSON Lines、CSV、TSV、Parquet、文本、Markdown 或 CoNLL：对话、问答、纯文本、带标签的文本。只读取文件，不作修改。</translation>
    </message>
    <message>
        <source>Browse for files</source>
        <translation>浏览文件</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Try the sample data</source>
        <translation>试用示例数据</translation>
    </message>
    <message>
        <source>Drop more files here</source>
        <translation>将更多文件拖放到这里</translation>
    </message>
    <message>
        <source>Drop your data here</source>
        <translation>将您的数据拖放到这里</translation>
    </message>
    <message>
        <source>Choose data</source>
        <translation>选择数据</translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Copy details</source>
        <translation>复制详情</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
    <message>
        <source>{safe} {todo}</source>
        <comment>two sentences</comment>
        <translation>{safe}{todo}</translation>
    </message>
</context>
<context>
    <name>EvaluationForm</name>
    <message>
        <source>Share that is held out</source>
        <translation>留作验证的比例</translation>
    </message>
    <message>
        <source> %</source>
        <comment>unit after a number</comment>
        <translation>%</translation>
    </message>
    <message>
        <source>These rows are never trained on; they show whether the model learned.</source>
        <translation>这些数据从不用于训练，用来检验模型是否学会了。</translation>
    </message>
    <message>
        <source>Seed of the choice</source>
        <translation>划分的种子</translation>
    </message>
    <message>
        <source>The same number holds out the same rows again.</source>
        <translation>数字相同，留作验证的数据就相同。</translation>
    </message>
    <message>
        <source>Use a separate evaluation file</source>
        <translation>使用单独的验证文件</translation>
    </message>
    <message>
        <source>Use a separate evaluation file…</source>
        <translation>使用单独的验证文件…</translation>
    </message>
    <message>
        <source>Evaluation files</source>
        <translation>验证文件</translation>
    </message>
    <message>
        <source>Held out for evaluation</source>
        <translation>留作验证</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>Choose evaluation data</source>
        <translation>选择验证数据</translation>
    </message>
</context>
<context>
    <name>ExchangeActions</name>
    <message>
        <source>Import conversations</source>
        <translation>导入对话</translation>
    </message>
    <message>
        <source>Conversations (*.json *.jsonl *.zip)</source>
        <translation>对话 (*.json *.jsonl *.zip)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>已导出到 {name}</translation>
    </message>
    <message>
        <source>Show the folder</source>
        <translation>显示文件夹</translation>
    </message>
    <message>
        <source>{count} conversations so far</source>
        <translation>目前 {count} 个对话</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>An export or import is still going on.</source>
        <translation>另一项导出或导入仍在进行。</translation>
    </message>
    <message>
        <source>One conversation was imported</source>
        <translation>已导入 1 个对话</translation>
    </message>
    <message>
        <source>{count} conversations were imported</source>
        <translation>已导入 {count} 个对话</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>{kept} conversations were imported, {rejected} could not be read.</source>
        <translation>已导入 {kept} 个对话，{rejected} 个无法读取。</translation>
    </message>
    <message>
        <source>Conversations that are left out</source>
        <translation>未导入的对话</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>序号</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>In which form should the conversation be exported?</source>
        <translation>以哪种形式导出这个对话？</translation>
    </message>
    <message>
        <source>In which form should all conversations be exported?</source>
        <translation>以哪种形式导出全部对话？</translation>
    </message>
    <message>
        <source>In which form should {count} conversations be exported?</source>
        <translation>以哪种形式导出 {count} 个对话？</translation>
    </message>
    <message>
        <source>Markdown</source>
        <translation>Markdown</translation>
    </message>
    <message>
        <source>To read and to go on writing. What is shown, without other versions.</source>
        <translation>便于阅读和继续编辑。只含显示的内容，不含其他版本。</translation>
    </message>
    <message>
        <source>Web page</source>
        <translation>网页</translation>
    </message>
    <message>
        <source>To read and to print in any browser. It fetches nothing.</source>
        <translation>可在任何浏览器中阅读和打印，不会从网络获取任何内容。</translation>
    </message>
    <message>
        <source>Everything (JSON)</source>
        <translation>全部内容 (JSON)</translation>
    </message>
    <message>
        <source>All versions, settings and figures. This app can import it again.</source>
        <translation>包含所有版本、设置和数据，可再次导入本应用。</translation>
    </message>
    <message>
        <source>Training data (JSON Lines)</source>
        <translation>训练数据 (JSON Lines)</translation>
    </message>
    <message>
        <source>For fine-tuning. Your corrections stand in for the answers, and answers that you voted down are left out.</source>
        <translation>用于微调。您改正过的回答会取代原回答，您点踩的回答会被略去。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
</context>
<context>
    <name>FactsView</name>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务类型</translation>
    </message>
    <message>
        <source>Parameters</source>
        <translation>参数量</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 词元</translation>
    </message>
    <message>
        <source>Reads at most</source>
        <translation>最多读取</translation>
    </message>
    <message>
        <source>Yes, it has a chat template</source>
        <translation>是，带有对话模板</translation>
    </message>
    <message>
        <source>No chat template: it continues texts</source>
        <translation>没有对话模板：用于续写文本</translation>
    </message>
    <message>
        <source>Made for chat</source>
        <translation>用于对话</translation>
    </message>
    <message>
        <source>Languages</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Made from</source>
        <translation>来源模型</translation>
    </message>
    <message>
        <source>Downloads</source>
        <translation>下载次数</translation>
    </message>
    <message>
        <source>Likes</source>
        <translation>点赞</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>更新日期</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
</context>
<context>
    <name>FileChoices</name>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>{size}, {bits} bits per weight</source>
        <translation>{size}，每个权重 {bits} 位</translation>
    </message>
</context>
<context>
    <name>FileLine</name>
    <message>
        <source>Remove {file}</source>
        <translation>移除 {file}</translation>
    </message>
    <message>
        <source>Do not use this file; it stays where it is.</source>
        <translation>不使用此文件；文件本身保留在原处。</translation>
    </message>
    <message>
        <source>{number} left out</source>
        <translation>{number} 条未使用</translation>
    </message>
    <message>
        <source>Show which rows cannot be used, and why</source>
        <translation>显示哪些数据无法使用及其原因</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find in conversation</source>
        <translation>在对话中查找</translation>
    </message>
    <message>
        <source>Match case</source>
        <translation>区分大小写</translation>
    </message>
    <message>
        <source>Previous hit</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Next hit</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{number} of {total}</source>
        <translation>{number} / {total}</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
</context>
<context>
    <name>FineTunePage</name>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>New</source>
        <translation>新建</translation>
    </message>
    <message>
        <source>Runs</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Deleted “{name}”</source>
        <translation>已删除“{name}”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Export as PEFT folder</source>
        <translation>导出为 PEFT 文件夹</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Exported to {folder}</source>
        <translation>已导出到 {folder}</translation>
    </message>
</context>
<context>
    <name>FitView</name>
    <message>
        <source>How this is reckoned</source>
        <translation>计算依据</translation>
    </message>
    <message>
        <source>Length of conversation</source>
        <translation>对话长度</translation>
    </message>
    <message>
        <source>Will it run here?</source>
        <translation>能在这里运行吗？</translation>
    </message>
    <message>
        <source>The hub does not say how large this model is.</source>
        <translation>模型中心没有说明此模型的大小。</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 词元</translation>
    </message>
</context>
<context>
    <name>ForgetQuestion</name>
    <message>
        <source>Remove a server</source>
        <translation>移除服务器</translation>
    </message>
    <message>
        <source>Remove “{name}” from the list?</source>
        <translation>要从列表中移除“{name}”吗？</translation>
    </message>
    <message>
        <source>Its key is deleted. Your conversations with its models are kept.</source>
        <translation>它的密钥会被删除。您与其模型的对话会保留。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>FormActions</name>
    <message>
        <source>Tasks</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Choose a file</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>Tasks: translate, summarise, extract …</source>
        <translation>任务：翻译、概括、提取……</translation>
    </message>
</context>
<context>
    <name>FormPanel</name>
    <message>
        <source>Close this task</source>
        <translation>关闭此任务</translation>
    </message>
    <message>
        <source>Close (Esc)</source>
        <translation>关闭 (Esc)</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run (Ctrl+Enter)</source>
        <translation>运行 (Ctrl+Enter)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>For example:</source>
        <translation>例如：</translation>
    </message>
</context>
<context>
    <name>FormResult</name>
    <message>
        <source>The model did not answer in the form that was asked. {reason}</source>
        <translation>模型没有按要求的形式回答。{reason}</translation>
    </message>
    <message>
        <source>One item</source>
        <translation>1 项</translation>
    </message>
    <message>
        <source>{number} items</source>
        <translation>{number} 项</translation>
    </message>
</context>
<context>
    <name>GenerationPanel</name>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>How the assistant should behave</source>
        <translation>助手应当如何表现</translation>
    </message>
    <message>
        <source>Comes before the conversation and tells the model who it is to be.</source>
        <translation>位于对话之前，告诉模型它应扮演什么角色。</translation>
    </message>
    <message>
        <source>Stop strings</source>
        <translation>停止字符串</translation>
    </message>
    <message>
        <source>One on each line</source>
        <translation>每行一个</translation>
    </message>
    <message>
        <source>The answer ends before any of these texts.</source>
        <translation>回答会在出现其中任一文本之前结束。</translation>
    </message>
    <message>
        <source>Answers at once</source>
        <translation>同时生成的回答数</translation>
    </message>
    <message>
        <source>So many answers are written to each message, to pick one from, up to 4.</source>
        <translation>每条消息生成这么多个回答供您挑选，最多 4 个。</translation>
    </message>
    <message>
        <source>Thinking first</source>
        <translation>先思考</translation>
    </message>
    <message>
        <source>As the model does</source>
        <translation>由模型决定</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Explain these settings</source>
        <translation>解释这些设置</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Sampling</source>
        <translation>采样</translation>
    </message>
    <message>
        <source>Reset “{setting}”</source>
        <translation>重置“{setting}”</translation>
    </message>
    <message>
        <source>Back to the default</source>
        <translation>恢复默认值</translation>
    </message>
    <message>
        <source>The engine that runs this model does not use this setting.</source>
        <translation>运行此模型的引擎不使用这项设置。</translation>
    </message>
</context>
<context>
    <name>HitRows</name>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Found in “{title}”</source>
        <translation>在“{title}”中找到</translation>
    </message>
</context>
<context>
    <name>ImportQuestion</name>
    <message>
        <source>Import a model</source>
        <translation>导入模型</translation>
    </message>
    <message>
        <source>Import {names} into the library?</source>
        <translation>将 {names} 导入模型库？</translation>
    </message>
    <message>
        <source>It can be used where it is, which takes no space; then it is gone when you move or delete it there. A copy is this app's own.</source>
        <translation>可以在原处使用，不占用额外空间；但在原处移动或删除后，它就不再可用。副本则由本应用自己保管。</translation>
    </message>
    <message>
        <source>Use it where it is</source>
        <translation>在原处使用</translation>
    </message>
    <message>
        <source>Copy it</source>
        <translation>复制一份</translation>
    </message>
</context>
<context>
    <name>InterruptedCard</name>
    <message>
        <source>The run was interrupted</source>
        <translation>训练任务已中断</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <source>This run was interrupted: its process is gone.</source>
        <translation>此训练任务已中断：其进程已不存在。</translation>
    </message>
    <message>
        <source>No step was saved yet; it begins at the start again.</source>
        <translation>尚未保存任何一步，将从头开始。</translation>
    </message>
    <message>
        <source>Step {step} of {total} is saved; it goes on from there.</source>
        <translation>已保存到第 {step} / {total} 步，将从该处继续。</translation>
    </message>
</context>
<context>
    <name>JsonAnswers</name>
    <message>
        <source>Answer as JSON</source>
        <translation>以 JSON 回答</translation>
    </message>
    <message>
        <source>The answer can be nothing but JSON that fits; other programs can read it.</source>
        <translation>回答只会是符合要求的 JSON，其他程序可以读取。</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Any JSON</source>
        <translation>任意 JSON</translation>
    </message>
    <message>
        <source>By a schema…</source>
        <translation>按模式…</translation>
    </message>
    <message>
        <source>Edit the schema</source>
        <translation>编辑模式</translation>
    </message>
</context>
<context>
    <name>LengthHistogram</name>
    <message>
        <source>Lengths of the rows in tokens</source>
        <translation>数据长度（词元）</translation>
    </message>
    <message>
        <source>at most {tokens}</source>
        <translation>最多 {tokens}</translation>
    </message>
</context>
<context>
    <name>LengthPage</name>
    <message>
        <source> tokens</source>
        <comment>unit after a number</comment>
        <translation> 词元</translation>
    </message>
    <message>
        <source>Nothing is cut; the longest row has {longest} tokens.</source>
        <translation>没有数据被截断；最长的一条有 {longest} 个词元。</translation>
    </message>
    <message>
        <source>{cut} of {rows} texts are longer and are read in several pieces.</source>
        <translation>{rows} 篇文本中有 {cut} 篇超过此长度，将分段读取。</translation>
    </message>
    <message>
        <source>{cut} of {rows} rows are cut ({share} % of the tokens).</source>
        <translation>{rows} 条数据中有 {cut} 条被截断（占词元的 {share}%）。</translation>
    </message>
</context>
<context>
    <name>LibraryRows</name>
    <message>
        <source>{title} (default)</source>
        <translation>{title}（默认）</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>Adapter for {base}</source>
        <translation>{base} 的适配器</translation>
    </message>
    <message>
        <source>Fine-tuned from {base}</source>
        <translation>由 {base} 微调</translation>
    </message>
    <message>
        <source>{size}; {own} of it is not shared with other models.</source>
        <translation>{size}，其中 {own} 不与其他模型共用。</translation>
    </message>
    <message>
        <source>No engine of this version can run this model.</source>
        <translation>此版本没有能运行此模型的引擎。</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Last used</source>
        <translation>上次使用</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
</context>
<context>
    <name>LibraryView</name>
    <message>
        <source>Models on this computer</source>
        <translation>这台电脑上的模型</translation>
    </message>
    <message>
        <source>Filter the models</source>
        <translation>筛选模型</translation>
    </message>
    <message>
        <source>Columns of the models</source>
        <translation>模型的列</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>与它对话</translation>
    </message>
    <message>
        <source>Begin with this model</source>
        <translation>设为默认模型</translation>
    </message>
    <message>
        <source>Settings of this model…</source>
        <translation>模型设置…</translation>
    </message>
    <message>
        <source>Check the files</source>
        <translation>校验文件</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>重新下载</translation>
    </message>
    <message>
        <source>Show in the file manager</source>
        <translation>在文件管理器中显示</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>筛选</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Look at the disk again</source>
        <translation>重新扫描磁盘</translation>
    </message>
    <message>
        <source>A folder…</source>
        <translation>文件夹…</translation>
    </message>
    <message>
        <source>A GGUF file…</source>
        <translation>GGUF 文件…</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>Find one that fits this computer, or drop a folder or a GGUF file here.</source>
        <translation>查找适合这台电脑的模型，或将文件夹、GGUF 文件拖放到这里。</translation>
    </message>
    <message>
        <source>Find a model</source>
        <translation>查找模型</translation>
    </message>
    <message>
        <source>No models yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>{models}, {size}</source>
        <translation>{models}，{size}</translation>
    </message>
</context>
<context>
    <name>LinkQuestion</name>
    <message>
        <source>Open a link</source>
        <translation>打开链接</translation>
    </message>
    <message>
        <source>This link writes an email in your mail program:</source>
        <translation>此链接会在邮件程序中写一封邮件：</translation>
    </message>
    <message>
        <source>This link leads out of the app, to the site:</source>
        <translation>此链接将离开本应用，前往网站：</translation>
    </message>
    <message>
        <source>What stands before the @ is not the site. The site is {host}.</source>
        <translation>@ 之前的内容不是网站。真正的网站是 {host}。</translation>
    </message>
    <message>
        <source>The name of the site has letters of other alphabets, which can look like ordinary ones. It is shown here as computers write it.</source>
        <translation>网站名称含有其他文字系统的字母，看起来可能与普通字母相同。此处按计算机的写法显示。</translation>
    </message>
    <message>
        <source>The whole address</source>
        <translation>完整地址</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ListActions</name>
    <message>
        <source>New folder</source>
        <translation>新建文件夹</translation>
    </message>
    <message>
        <source>&amp;New folder…</source>
        <translation>新建文件夹(&amp;N)…</translation>
    </message>
    <message>
        <source>N&amp;o folder</source>
        <translation>不放入文件夹(&amp;O)</translation>
    </message>
</context>
<context>
    <name>LongTextPanel</name>
    <message>
        <source>Keep the beginning</source>
        <translation>保留开头</translation>
    </message>
    <message>
        <source>Keep the end</source>
        <translation>保留结尾</translation>
    </message>
    <message>
        <source>Read all of it in parts</source>
        <translation>分段读取全文</translation>
    </message>
    <message>
        <source>Tokens of a part</source>
        <translation>每段词元数</translation>
    </message>
    <message>
        <source>Tokens that neighbouring parts have in common</source>
        <translation>相邻两段重叠的词元数</translation>
    </message>
    <message>
        <source>So that nothing is lost that stands where two parts meet.</source>
        <translation>以免两段交界处的内容丢失。</translation>
    </message>
    <message>
        <source>The text has {tokens} tokens, and there is room for {room} in what this model reads at once.</source>
        <translation>文字有 {tokens} 词元，而此模型一次最多还能读 {room} 词元。</translation>
    </message>
    <message>
        <source>Keep the beginning: the first {room} tokens</source>
        <translation>保留开头：前 {room} 词元</translation>
    </message>
    <message>
        <source>Keep the end: the last {room} tokens</source>
        <translation>保留结尾：后 {room} 词元</translation>
    </message>
    <message>
        <source>Read all of it, part by part</source>
        <translation>逐段读取全文</translation>
    </message>
    <message>
        <source>In common</source>
        <translation>重叠</translation>
    </message>
    <message>
        <source>More than {most} parts would take too long. Take larger parts, or attach less.</source>
        <translation>超过 {most} 段会太慢。请增大每段长度，或减少附件。</translation>
    </message>
    <message>
        <source>About {parts} parts, and {requests} requests to the model with those that put the results together. Earlier messages are not part of them.</source>
        <translation>约 {parts} 段，连同合并结果共需请求模型 {requests} 次。之前的消息不包含在内。</translation>
    </message>
</context>
<context>
    <name>LossCard</name>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Loss over the steps: nothing yet.</source>
        <translation>损失随步数的变化：尚无数据。</translation>
    </message>
    <message>
        <source>Loss over the steps.</source>
        <translation>损失随步数的变化。</translation>
    </message>
    <message>
        <source>Step {step}.</source>
        <translation>第 {step} 步。</translation>
    </message>
    <message>
        <source>training {value}</source>
        <translation>训练 {value}</translation>
    </message>
    <message>
        <source>held-out {value}</source>
        <translation>验证 {value}</translation>
    </message>
    <message>
        <source>learning rate {value}</source>
        <translation>学习率 {value}</translation>
    </message>
    <message>
        <source>at step {step}</source>
        <translation>第 {step} 步</translation>
    </message>
</context>
<context>
    <name>LossPlot</name>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Rate</source>
        <comment>short for learning rate</comment>
        <translation>学习率</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>步</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Desktop LLM is in your applications menu now.</source>
        <translation>Desktop LLM 已添加到您的应用程序菜单。</translation>
    </message>
</context>
<context>
    <name>MappingForm</name>
    <message>
        <source>Choose a column</source>
        <translation>选择列</translation>
    </message>
    <message>
        <source>No column</source>
        <translation>无</translation>
    </message>
</context>
<context>
    <name>MemoryBar</name>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>{needed} are needed, {free} are free</source>
        <translation>需要 {needed}，空闲 {free}</translation>
    </message>
    <message>
        <source>Weights {size}</source>
        <translation>权重 {size}</translation>
    </message>
    <message>
        <source>Conversation {size}</source>
        <translation>对话 {size}</translation>
    </message>
    <message>
        <source>Room to work {size}</source>
        <translation>运行开销 {size}</translation>
    </message>
    <message>
        <source>Free {size}</source>
        <translation>空闲 {size}</translation>
    </message>
</context>
<context>
    <name>MemoryOffer</name>
    <message>
        <source>Load it anyway</source>
        <translation>仍然加载</translation>
    </message>
    <message>
        <source>Run its file with llama.cpp: needs {size}</source>
        <translation>用 llama.cpp 运行其文件：需要 {size}</translation>
    </message>
    <message>
        <source>Run its file with llama.cpp, {tokens} tokens: needs {size}</source>
        <translation>用 llama.cpp 运行其文件，{tokens} 个词元：需要 {size}</translation>
    </message>
    <message>
        <source>Load it for {tokens} tokens: needs {size}</source>
        <translation>按 {tokens} 个词元加载：需要 {size}</translation>
    </message>
    <message>
        <source>Load it with {bits} weights: needs {size}</source>
        <translation>以 {bits}权重加载：需要 {size}</translation>
    </message>
    <message>
        <source>Load it with {bits} weights for {tokens} tokens: needs {size}</source>
        <translation>以 {bits}权重、{tokens} 个词元加载：需要 {size}</translation>
    </message>
</context>
<context>
    <name>MessageActions</name>
    <message>
        <source>The code was copied.</source>
        <translation>代码已复制。</translation>
    </message>
    <message>
        <source>The conversation was copied.</source>
        <translation>对话已复制。</translation>
    </message>
    <message>
        <source>Your changes were discarded.</source>
        <translation>您的修改已放弃。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
</context>
<context>
    <name>MessageCanvas</name>
    <message>
        <source>Go to the newest message</source>
        <translation>转到最新消息</translation>
    </message>
</context>
<context>
    <name>MessageCommands</name>
    <message>
        <source>Try &amp;again</source>
        <translation>重新回答(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Insert a message</source>
        <translation>插入消息(&amp;I)</translation>
    </message>
    <message>
        <source>Change the &amp;role</source>
        <translation>更改角色(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Copy as Markdown</source>
        <translation>复制为 Markdown(&amp;C)</translation>
    </message>
    <message>
        <source>Copy as plain &amp;text</source>
        <translation>复制为纯文本(&amp;T)</translation>
    </message>
    <message>
        <source>Copy the last code bloc&amp;k</source>
        <translation>复制最后的代码块(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Quote in the message field</source>
        <translation>在输入框中引用(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;Previous version</source>
        <translation>上一个版本(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Next version</source>
        <translation>下一个版本(&amp;N)</translation>
    </message>
    <message>
        <source>Compare the &amp;versions…</source>
        <translation>比较各版本(&amp;V)…</translation>
    </message>
    <message>
        <source>&amp;One more answer</source>
        <translation>再来一个回答(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Two answers side by side</source>
        <translation>并排两个回答(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Four answers side by side</source>
        <translation>并排四个回答(&amp;F)</translation>
    </message>
    <message>
        <source>C&amp;ontinue the answer</source>
        <translation>继续回答(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>编辑(&amp;E)</translation>
    </message>
    <message>
        <source>&amp;Branch from here</source>
        <translation>从这里分支(&amp;B)</translation>
    </message>
    <message>
        <source>New conversation &amp;from here</source>
        <translation>从这里新建对话(&amp;F)</translation>
    </message>
    <message>
        <source>&amp;Before this one…</source>
        <translation>在此之前(&amp;B)…</translation>
    </message>
    <message>
        <source>&amp;After this one…</source>
        <translation>在此之后(&amp;A)…</translation>
    </message>
    <message>
        <source>&amp;You</source>
        <translation>您(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Assistant</source>
        <translation>助手(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Instructions</source>
        <translation>指令(&amp;I)</translation>
    </message>
    <message>
        <source>Pin to the conte&amp;xt</source>
        <translation>固定在上下文中(&amp;X)</translation>
    </message>
    <message>
        <source>&amp;Good answer</source>
        <translation>好回答(&amp;G)</translation>
    </message>
    <message>
        <source>Ba&amp;d answer</source>
        <translation>差回答(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Write a better answer…</source>
        <translation>写一个更好的回答(&amp;W)…</translation>
    </message>
    <message>
        <source>Detail&amp;s of the answer…</source>
        <translation>回答详情(&amp;S)…</translation>
    </message>
    <message>
        <source>R&amp;un again exactly…</source>
        <translation>原样重新运行(&amp;U)…</translation>
    </message>
    <message>
        <source>De&amp;lete this version and what follows it</source>
        <translation>删除此版本及其后内容(&amp;L)</translation>
    </message>
    <message>
        <source>Delete only this &amp;message</source>
        <translation>只删除这条消息(&amp;M)</translation>
    </message>
</context>
<context>
    <name>MessageDialogs</name>
    <message>
        <source>Links of this kind are not opened: {address}</source>
        <translation>不会打开此类链接：{address}</translation>
    </message>
    <message>
        <source>The address was copied.</source>
        <translation>地址已复制。</translation>
    </message>
    <message>
        <source>You</source>
        <translation>您</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>助手</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>Insert a message</source>
        <translation>插入消息</translation>
    </message>
    <message>
        <source>It is put into a new branch, in which what follows is repeated. Nothing is answered anew, and the conversation as it was is kept.</source>
        <translation>消息会放入一个新分支，其后的内容照样保留。不会重新生成回答，原来的对话也会保留。</translation>
    </message>
    <message>
        <source>Insert</source>
        <translation>插入</translation>
    </message>
    <message>
        <source>A better answer</source>
        <translation>更好的回答</translation>
    </message>
    <message>
        <source>Write what the model should have answered. The answer itself stays as it is; yours is kept beside it, and a model can be trained on it later.</source>
        <translation>写下模型本应给出的回答。原回答保持不变；您的回答会一并保存，以后可用来训练模型。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
</context>
<context>
    <name>MessageEditor</name>
    <message>
        <source>Edit the message</source>
        <translation>编辑消息</translation>
    </message>
    <message>
        <source>Save and ask</source>
        <translation>保存并提问</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Ctrl+Enter</source>
        <translation>Ctrl+Enter</translation>
    </message>
    <message>
        <source>Esc</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>The old text is kept as another version.</source>
        <translation>原文会作为另一个版本保留。</translation>
    </message>
</context>
<context>
    <name>MessageFrame</name>
    <message>
        <source>Unfolded</source>
        <translation>已展开</translation>
    </message>
    <message>
        <source>Folded</source>
        <translation>已折叠</translation>
    </message>
    <message>
        <source>Copy message</source>
        <translation>复制消息</translation>
    </message>
    <message>
        <source>Copy code</source>
        <translation>复制代码</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Try again with several answers</source>
        <translation>重新生成多个回答</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Edit</source>
        <translation>编辑</translation>
    </message>
    <message>
        <source>Good answer</source>
        <translation>好回答</translation>
    </message>
    <message>
        <source>Bad answer</source>
        <translation>差回答</translation>
    </message>
    <message>
        <source>More</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>Previous version</source>
        <translation>上一个版本</translation>
    </message>
    <message>
        <source>Next version</source>
        <translation>下一个版本</translation>
    </message>
    <message>
        <source>Version {number} of {count}</source>
        <translation>第 {number} 个版本，共 {count} 个</translation>
    </message>
    <message>
        <source>{count} more files</source>
        <translation>还有 {count} 个文件</translation>
    </message>
</context>
<context>
    <name>MessageList</name>
    <message>
        <source>Code</source>
        <translation>代码</translation>
    </message>
    <message>
        <source>[image: {description}]</source>
        <translation>[图片：{description}]</translation>
    </message>
    <message>
        <source>You</source>
        <translation>您</translation>
    </message>
    <message>
        <source>Assistant</source>
        <translation>助手</translation>
    </message>
    <message>
        <source>Instructions</source>
        <translation>指令</translation>
    </message>
    <message>
        <source>{speaker}, message {number} of {total}</source>
        <translation>{speaker}，第 {number} 条消息，共 {total} 条</translation>
    </message>
    <message>
        <source>You stopped this answer.</source>
        <translation>您停止了此回答。</translation>
    </message>
    <message>
        <source>This answer was interrupted. Everything up to here is kept.</source>
        <translation>此回答被中断。到此为止的内容都已保留。</translation>
    </message>
    <message>
        <source>The answer reached its length limit.</source>
        <translation>回答已达到长度上限。</translation>
    </message>
    <message>
        <source>Thinking…</source>
        <translation>正在思考…</translation>
    </message>
    <message>
        <source>Thought for {n} s</source>
        <translation>思考了 {n} 秒</translation>
    </message>
    <message>
        <source>Thought for {n} s, {count} tokens</source>
        <translation>思考了 {n} 秒，{count} 词元</translation>
    </message>
    <message>
        <source>Thought for a while</source>
        <translation>已思考片刻</translation>
    </message>
    <message>
        <source>Getting ready…</source>
        <translation>正在准备…</translation>
    </message>
    <message>
        <source>Reading the prompt… {percent} %</source>
        <translation>正在读取提示词… {percent}%</translation>
    </message>
    <message>
        <source>{count} tokens</source>
        <translation>{count} 词元</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>{speed} 词元/秒</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>You liked this answer</source>
        <translation>您点赞了这条回答</translation>
    </message>
    <message>
        <source>You did not like this answer</source>
        <translation>您点踩了这条回答</translation>
    </message>
    <message>
        <source>The answer failed.</source>
        <translation>回答失败。</translation>
    </message>
    <message>
        <source>The answer is complete.</source>
        <translation>回答完成。</translation>
    </message>
    <message>
        <source>{day}, {time}</source>
        <translation>{day} {time}</translation>
    </message>
    <message>
        <source>The model no longer sees this</source>
        <translation>模型已看不到这条消息</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>已固定</translation>
    </message>
    <message>
        <source>You wrote a better answer</source>
        <translation>您写了更好的回答</translation>
    </message>
    <message>
        <source>Edited, not saved</source>
        <translation>已修改，未保存</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>Copy &amp;message</source>
        <translation>复制消息(&amp;M)</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>全选(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;One more answer</source>
        <translation>再来一个回答(&amp;O)</translation>
    </message>
    <message>
        <source>&amp;Two answers side by side</source>
        <translation>并排两个回答(&amp;T)</translation>
    </message>
    <message>
        <source>&amp;Four answers side by side</source>
        <translation>并排四个回答(&amp;F)</translation>
    </message>
    <message>
        <source>Open {address}</source>
        <translation>打开 {address}</translation>
    </message>
</context>
<context>
    <name>MessageTextDialog</name>
    <message>
        <source>Who says it</source>
        <translation>由谁说</translation>
    </message>
</context>
<context>
    <name>ModelBar</name>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Load</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>Looking for models…</source>
        <translation>正在查找模型…</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Eject</source>
        <translation>卸载</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>试用</translation>
    </message>
    <message>
        <source>This model labels texts; it cannot chat.</source>
        <translation>此模型用于给文本分类，不能对话。</translation>
    </message>
    <message>
        <source>Unloaded while idle. Your next message loads it again.</source>
        <translation>因闲置已卸载。您的下一条消息会重新加载它。</translation>
    </message>
    <message>
        <source>Your text goes to another program here.</source>
        <translation>您的文字会发送给本机上的另一个程序。</translation>
    </message>
    <message>
        <source>Your text goes to {host}.</source>
        <translation>您的文字会发送到 {host}。</translation>
    </message>
    <message>
        <source>Your text goes to {host}, unencrypted.</source>
        <translation>您的文字会以未加密方式发送到 {host}。</translation>
    </message>
    <message>
        <source>Downloading: {done}</source>
        <translation>正在下载：{done}</translation>
    </message>
    <message>
        <source>Downloading: {done} of {total}</source>
        <translation>正在下载：{done} / {total}</translation>
    </message>
    <message>
        <source>Starting the engine…</source>
        <translation>正在启动引擎…</translation>
    </message>
    <message>
        <source>Checking the files…</source>
        <translation>正在检查文件…</translation>
    </message>
    <message>
        <source>Preparing the model, this once…</source>
        <translation>正在准备模型，仅此一次…</translation>
    </message>
    <message>
        <source>Reading the model…</source>
        <translation>正在读取模型…</translation>
    </message>
    <message>
        <source>Measuring this computer, this once…</source>
        <translation>正在测量这台电脑，仅此一次…</translation>
    </message>
    <message>
        <source>Preparing to write; the first time this may take half a minute…</source>
        <translation>正在准备写作；首次可能需要半分钟…</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>{stage} {percent} %</source>
        <translation>{stage} {percent}%</translation>
    </message>
</context>
<context>
    <name>ModelChoice</name>
    <message>
        <source>Base model</source>
        <translation>基座模型</translation>
    </message>
    <message>
        <source>No model yet</source>
        <translation>还没有模型</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Choose a folder…</source>
        <translation>选择文件夹…</translation>
    </message>
    <message>
        <source>A model in the Hugging Face layout, with safetensors files.</source>
        <translation>采用 Hugging Face 目录结构、带有 safetensors 文件的模型。</translation>
    </message>
    <message>
        <source>Download the starter</source>
        <translation>下载入门模型</translation>
    </message>
    <message>
        <source>Choose the folder of a model</source>
        <translation>选择模型文件夹</translation>
    </message>
    <message>
        <source>Downloading: {percent} %</source>
        <translation>正在下载：{percent}%</translation>
    </message>
</context>
<context>
    <name>ModelSettingsDialog</name>
    <message>
        <source>Settings of {name}</source>
        <translation>{name} 的设置</translation>
    </message>
    <message>
        <source>Context length</source>
        <translation>上下文长度</translation>
    </message>
    <message>
        <source>Number format</source>
        <translation>数值格式</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>权重</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Layers on the graphics card</source>
        <translation>显卡上的层数</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>Chat template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>As the model says</source>
        <translation>按模型的设定</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>8-bit</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>4-bit</source>
        <translation>4 位</translation>
    </message>
    <message>
        <source>As many as fit</source>
        <translation>能放下多少放多少</translation>
    </message>
    <message>
        <source>Instructions that every new chat begins with</source>
        <translation>每个新对话开头的指令</translation>
    </message>
    <message>
        <source>The template that came with the model</source>
        <translation>模型自带的模板</translation>
    </message>
    <message>
        <source>llama.cpp runs the file as it is, Transformers converts it.</source>
        <translation>llama.cpp 直接运行该文件，Transformers 会先转换它。</translation>
    </message>
    <message>
        <source>Used by llama.cpp. With 0 the processor does everything.</source>
        <translation>由 llama.cpp 使用。为 0 时全部由处理器计算。</translation>
    </message>
    <message>
        <source>Tokens of prompt and answer together, at most.</source>
        <translation>提示词与回答合计的词元数上限。</translation>
    </message>
    <message>
        <source>Automatic measures what is fastest on this computer.</source>
        <translation>“自动”会测量这台电脑上最快的格式。</translation>
    </message>
    <message>
        <source>Fewer bits take less memory, and change the answers a little.</source>
        <translation>位数越少占用内存越少，回答会略有变化。</translation>
    </message>
    <message>
        <source>Used where a chat has no instructions of its own.</source>
        <translation>用于没有自己指令的对话。</translation>
    </message>
    <message>
        <source>Jinja; only for those who know why.</source>
        <translation>Jinja 格式；仅在清楚用途时修改。</translation>
    </message>
</context>
<context>
    <name>ModelsPage</name>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Library</source>
        <translation>模型库</translation>
    </message>
    <message>
        <source>Discover</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>Servers</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Speed</source>
        <translation>速度</translation>
    </message>
    <message>
        <source>This model does not chat: it reads texts, or is a part.</source>
        <translation>此模型不能对话：它只用于阅读文本，或只是其他模型的一部分。</translation>
    </message>
    <message>
        <source>Removed “{name}”</source>
        <translation>已移除“{name}”</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Import the folder of a model</source>
        <translation>导入模型文件夹</translation>
    </message>
    <message>
        <source>Import a GGUF file</source>
        <translation>导入 GGUF 文件</translation>
    </message>
    <message>
        <source>GGUF files (*.gguf)</source>
        <translation>GGUF 文件 (*.gguf)</translation>
    </message>
    <message>
        <source>Signed in as {account}.</source>
        <translation>已登录为 {account}。</translation>
    </message>
    <message>
        <source>Signed in as {account}, until the app is closed: no keyring answers.</source>
        <translation>已登录为 {account}，关闭应用后失效：系统密钥环没有响应。</translation>
    </message>
    <message>
        <source>{name} is on this computer now.</source>
        <translation>{name} 已下载到这台电脑。</translation>
    </message>
    <message>
        <source>{name} is in the library now.</source>
        <translation>{name} 已导入模型库。</translation>
    </message>
    <message>
        <source>The starter model is here.</source>
        <translation>入门模型已下载完成。</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>与它对话</translation>
    </message>
    <message>
        <source>All files of {name} are as they should be.</source>
        <translation>{name} 的所有文件完好无误。</translation>
    </message>
    <message>
        <source>Files of {name} were damaged and are set aside.</source>
        <translation>{name} 的部分文件已损坏，并已隔离。</translation>
    </message>
    <message>
        <source>Download again</source>
        <translation>重新下载</translation>
    </message>
    <message>
        <source>There is nothing to compare {name} with yet.</source>
        <translation>{name} 目前还没有可供比较的记录。</translation>
    </message>
    <message>
        <source>Files of {name} are not what they were when they came here.</source>
        <translation>{name} 的部分文件与最初存入时不一致。</translation>
    </message>
    <message>
        <source>Removed {name}; {size} are free again.</source>
        <translation>已移除 {name}，释放了 {size}。</translation>
    </message>
    <message>
        <source>Removed {name} from the list.</source>
        <translation>已将 {name} 从列表中移除。</translation>
    </message>
</context>
<context>
    <name>NavigationRail</name>
    <message>
        <source>Chat</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Fine-tune</source>
        <translation>微调</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>NewRun</name>
    <message>
        <source>There is nothing to show before the data can be used.</source>
        <translation>数据可用之后，这里才会显示内容。</translation>
    </message>
    <message>
        <source>Choose a base model to see what it will read.</source>
        <translation>请选择基座模型，以查看它将读取的内容。</translation>
    </message>
    <message>
        <source>The base model could not read the rows.</source>
        <translation>基座模型无法读取这些数据。</translation>
    </message>
    <message>
        <source>The rows are being turned into tokens…</source>
        <translation>正在将数据转换为词元…</translation>
    </message>
    <message>
        <source>{model} will learn from {rows}, in {steps} steps.</source>
        <translation>{model} 将学习 {rows}，共 {steps} 步。</translation>
    </message>
    <message>
        <source>Choose a column for “{role}” in {file}.</source>
        <translation>请在 {file} 中为“{role}”选择一列。</translation>
    </message>
    <message>
        <source>Drop a file to begin, or try the sample data.</source>
        <translation>拖放一个文件即可开始，也可以试用示例数据。</translation>
    </message>
    <message>
        <source>The data cannot be read: see the message above.</source>
        <translation>无法读取数据：请看上面的消息。</translation>
    </message>
    <message>
        <source>The data is being read…</source>
        <translation>正在读取数据…</translation>
    </message>
    <message>
        <source>Choose a base model.</source>
        <translation>请选择基座模型。</translation>
    </message>
    <message>
        <source>The base model could not read the rows: see the message above.</source>
        <translation>基座模型无法读取这些数据：请看上面的消息。</translation>
    </message>
    <message>
        <source>The training is being started…</source>
        <translation>正在启动训练…</translation>
    </message>
    <message>
        <source>Another training is running. Wait for its end, or stop it.</source>
        <translation>另一个训练任务正在进行。请等待其结束，或将其停止。</translation>
    </message>
</context>
<context>
    <name>Overview</name>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Which files</source>
        <translation>选择文件</translation>
    </message>
    <message>
        <source>About this model</source>
        <translation>关于此模型</translation>
    </message>
    <message>
        <source>Look at its base model</source>
        <translation>查看其基座模型</translation>
    </message>
    <message>
        <source>Look at smaller GGUF files of it</source>
        <translation>查看更小的 GGUF 版本</translation>
    </message>
</context>
<context>
    <name>Palette</name>
    <message>
        <source>Command palette</source>
        <translation>命令面板</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>A command, a conversation or a model</source>
        <translation>命令、对话或模型</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Nothing is called so.</source>
        <translation>没有匹配的项目。</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
</context>
<context>
    <name>Placeholders</name>
    <message>
        <source>in {rows}</source>
        <translation>出现在 {rows}中</translation>
    </message>
    <message>
        <source>Fill in what the model should say in these places of your data:</source>
        <translation>请填写模型在数据的这些位置应当说的内容：</translation>
    </message>
    <message>
        <source>Fill in {place}</source>
        <translation>填写 {place}</translation>
    </message>
    <message>
        <source>Fill in</source>
        <translation>填写</translation>
    </message>
</context>
<context>
    <name>PresetActions</name>
    <message>
        <source>The system prompt was replaced.</source>
        <translation>系统提示词已替换。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>New preset</source>
        <translation>新预设</translation>
    </message>
    <message>
        <source>Rename the preset</source>
        <translation>重命名预设</translation>
    </message>
    <message>
        <source>Keep the system prompt</source>
        <translation>保存系统提示词</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>New chats with {model} begin with these settings.</source>
        <translation>与 {model} 的新对话将使用这些设置。</translation>
    </message>
    <message>
        <source>Import a preset</source>
        <translation>导入预设</translation>
    </message>
    <message>
        <source>Presets (*.json)</source>
        <translation>预设 (*.json)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Imported “{name}”</source>
        <translation>已导入“{name}”</translation>
    </message>
    <message>
        <source>Export the preset</source>
        <translation>导出预设</translation>
    </message>
    <message>
        <source>Exported to {name}</source>
        <translation>已导出到 {name}</translation>
    </message>
</context>
<context>
    <name>PresetBar</name>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Own settings</source>
        <translation>自定义设置</translation>
    </message>
    <message>
        <source>Presets: save, rename, delete …</source>
        <translation>预设：保存、重命名、删除……</translation>
    </message>
    <message>
        <source>Save as a &amp;new preset…</source>
        <translation>另存为新预设(&amp;N)…</translation>
    </message>
    <message>
        <source>&amp;Save the changes</source>
        <translation>保存更改(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Rename…</source>
        <translation>重命名(&amp;R)…</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Import…</source>
        <translation>导入(&amp;I)…</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>导出(&amp;E)…</translation>
    </message>
    <message>
        <source>&amp;Use these settings for new chats with this model</source>
        <translation>此模型的新对话使用这些设置(&amp;U)</translation>
    </message>
    <message>
        <source>{name} (changed)</source>
        <translation>{name}（已更改）</translation>
    </message>
</context>
<context>
    <name>PrivacyPage</name>
    <message>
        <source>What is sent</source>
        <translation>发送什么</translation>
    </message>
    <message>
        <source>Nothing. Models run on this computer, and what you write stays here. The app connects to the internet only when you download a model.</source>
        <translation>什么都不发送。模型在这台电脑上运行，您写的内容都留在这里。只有在您下载模型时，应用才会连接互联网。</translation>
    </message>
    <message>
        <source>What is kept</source>
        <translation>保存什么</translation>
    </message>
    <message>
        <source>Conversations, settings and converted models are kept in the folders below, which only your account can read. The log holds no text of conversations.</source>
        <translation>对话、设置和转换后的模型保存在下列文件夹中，只有您的账户可以读取。日志中不含对话的文本。</translation>
    </message>
    <message>
        <source>Open the data folder</source>
        <translation>打开数据文件夹</translation>
    </message>
    <message>
        <source>Conversations and models</source>
        <translation>对话与模型</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Cache</source>
        <translation>缓存</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
</context>
<context>
    <name>PromptDialog</name>
    <message>
        <source>What the model sees</source>
        <translation>模型看到的内容</translation>
    </message>
    <message>
        <source>The prompt, token by token</source>
        <translation>逐词元显示的提示词</translation>
    </message>
    <message>
        <source>&amp;Copy as text</source>
        <translation>复制为文字(&amp;C)</translation>
    </message>
    <message>
        <source>C&amp;hange the template…</source>
        <translation>更改模板(&amp;H)…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The model is asked…</source>
        <translation>正在询问模型…</translation>
    </message>
    <message>
        <source>{tokens} tokens, {special} of them control tokens</source>
        <translation>{tokens} 词元，其中控制词元 {special} 个</translation>
    </message>
</context>
<context>
    <name>PromptFold</name>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Reset the prompt</source>
        <translation>还原提示词</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>还原</translation>
    </message>
    <message>
        <source>You may change it.</source>
        <translation>可以修改。</translation>
    </message>
    <message>
        <source>You may change it. The text goes where {place} stands.</source>
        <translation>可以修改。{place} 处会填入文字。</translation>
    </message>
    <message>
        <source>Without {place} the model does not see the text.</source>
        <translation>没有 {place}，模型就看不到文字。</translation>
    </message>
</context>
<context>
    <name>PromptLibrary</name>
    <message>
        <source>System prompt library</source>
        <translation>系统提示词库</translation>
    </message>
    <message>
        <source>Choose a system prompt, or keep this one</source>
        <translation>选择系统提示词，或保存当前的</translation>
    </message>
    <message>
        <source>&amp;Keep this prompt…</source>
        <translation>保存此提示词(&amp;K)…</translation>
    </message>
    <message>
        <source>&amp;Delete</source>
        <translation>删除(&amp;D)</translation>
    </message>
</context>
<context>
    <name>RefusalCard</name>
    <message>
        <source>This app does not download this model</source>
        <translation>本应用不下载此模型</translation>
    </message>
    <message>
        <source>Look at {repo} instead</source>
        <translation>改为查看 {repo}</translation>
    </message>
</context>
<context>
    <name>RejectedDialog</name>
    <message>
        <source>Rows that are left out</source>
        <translation>未使用的数据</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Line</source>
        <translation>行</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Copy the list</source>
        <translation>复制列表</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{rejected} of {rows} rows in {file} cannot be used. These are the first {shown}.</source>
        <translation>{file} 的 {rows} 条数据中有 {rejected} 条无法使用。这里列出前 {shown} 条。</translation>
    </message>
    <message>
        <source>{rejected} of {rows} rows in {file} cannot be used.</source>
        <translation>{file} 的 {rows} 条数据中有 {rejected} 条无法使用。</translation>
    </message>
</context>
<context>
    <name>RemoveQuestion</name>
    <message>
        <source>Remove a model</source>
        <translation>移除模型</translation>
    </message>
    <message>
        <source>Remove “{name}” from this computer?</source>
        <translation>从这台电脑上移除“{name}”？</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Also move its files to the system's trash</source>
        <translation>同时将其文件移到系统回收站</translation>
    </message>
    <message>
        <source>The run that made it goes with it. Right after, you can undo this.</source>
        <translation>生成它的训练任务会一并删除。删除后可立即撤销。</translation>
    </message>
    <message>
        <source>This frees {size}. It can be downloaded again.</source>
        <translation>将释放 {size}。以后可以重新下载。</translation>
    </message>
    <message>
        <source>The copy in this app's folder goes to the system's trash ({size}).</source>
        <translation>本应用文件夹中的副本会移到系统回收站（{size}）。</translation>
    </message>
    <message>
        <source>It is only taken off this list. Its files stay where they are: {path}
What was made of them for the engine is deleted, which frees {size}.</source>
        <translation>只从此列表中移除，文件仍保留在原处：{path}
为引擎转换生成的文件会删除，释放 {size}。</translation>
    </message>
    <message>
        <source>It is only taken off this list. Its files stay where they are: {path}</source>
        <translation>只从此列表中移除，文件仍保留在原处：{path}</translation>
    </message>
</context>
<context>
    <name>RepetitionView</name>
    <message>
        <source>The answer as it was</source>
        <translation>原来的回答</translation>
    </message>
    <message>
        <source>The answer as it came now</source>
        <translation>这次的回答</translation>
    </message>
    <message>
        <source>As it was</source>
        <translation>原来</translation>
    </message>
    <message>
        <source>As it came now</source>
        <translation>这次</translation>
    </message>
    <message>
        <source>The answer is being written again…</source>
        <translation>正在重新生成回答…</translation>
    </message>
    <message>
        <source>The answer could not be written again.</source>
        <translation>无法重新生成回答。</translation>
    </message>
    <message>
        <source>It came out identical.</source>
        <translation>结果完全相同。</translation>
    </message>
    <message>
        <source>It came out differently.</source>
        <translation>结果不同。</translation>
    </message>
    <message>
        <source>It came out differently from token {number} on.</source>
        <translation>从第 {number} 个词元起结果不同。</translation>
    </message>
    <message>
        <source>Nothing is known to be different from then; the device may round anew.</source>
        <translation>未发现条件有变化；可能是设备的舍入不同。</translation>
    </message>
</context>
<context>
    <name>ResultRows</name>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
</context>
<context>
    <name>ResultView</name>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>与它对话</translation>
    </message>
    <message>
        <source>Compare side by side</source>
        <translation>并排比较</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>试用</translation>
    </message>
    <message>
        <source>Export as PEFT folder…</source>
        <translation>导出为 PEFT 文件夹…</translation>
    </message>
    <message>
        <source>Settings and versions</source>
        <translation>设置与版本</translation>
    </message>
    <message>
        <source>The tuned model is better than its base on the rows that it was not trained on ({rows}): {figure}.</source>
        <translation>在未参与训练的 {rows}上，微调后的模型优于基座模型：{figure}。</translation>
    </message>
    <message>
        <source>This is not a success; the result is kept all the same.</source>
        <translation>这次训练没有成功；结果仍会保留。</translation>
    </message>
    <message>
        <source>Held-out loss</source>
        <translation>验证损失</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>困惑度</translation>
    </message>
    <message>
        <source>Accuracy</source>
        <translation>准确率</translation>
    </message>
    <message>
        <source>Macro F1</source>
        <translation>宏平均 F1</translation>
    </message>
    <message>
        <source>Base</source>
        <translation>基座</translation>
    </message>
    <message>
        <source>Tuned</source>
        <translation>微调后</translation>
    </message>
    <message>
        <source>all weights are finite</source>
        <translation>所有权重均为有限值</translation>
    </message>
    <message>
        <source>weights are not finite</source>
        <translation>权重中有非有限值</translation>
    </message>
    <message>
        <source>Proof: {finite}; the largest change of a logit is {change}. Best at step {best} of {steps}; {time} of work. Data {hash}.</source>
        <translation>核验：{finite}；logit 的最大变化为 {change}。第 {best} / {steps} 步最佳；用时 {time}。数据 {hash}。</translation>
    </message>
</context>
<context>
    <name>Results</name>
    <message>
        <source>Models found</source>
        <translation>找到的模型</translation>
    </message>
    <message>
        <source>Show more models of the hub</source>
        <translation>显示模型中心的更多模型</translation>
    </message>
    <message>
        <source>Searching</source>
        <translation>正在搜索</translation>
    </message>
</context>
<context>
    <name>RunCommands</name>
    <message>
        <source>&amp;Resume the training</source>
        <translation>继续训练(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Pause the training</source>
        <translation>暂停训练(&amp;P)</translation>
    </message>
    <message>
        <source>Add data files</source>
        <translation>添加数据文件</translation>
    </message>
</context>
<context>
    <name>RunHeader</name>
    <message>
        <source>Back to all runs</source>
        <translation>返回全部训练任务</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>重新训练</translation>
    </message>
    <message>
        <source>Begin a new run with the same data and settings.</source>
        <translation>用相同的数据和设置开始新的训练任务。</translation>
    </message>
    <message>
        <source>View of the run</source>
        <translation>训练任务的视图</translation>
    </message>
    <message>
        <source>Overview</source>
        <translation>概览</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>比较</translation>
    </message>
    <message>
        <source>Try it</source>
        <translation>试用</translation>
    </message>
    <message>
        <source>Stop and keep the result</source>
        <translation>停止并保留结果</translation>
    </message>
    <message>
        <source>Stop and discard…</source>
        <translation>停止并放弃…</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <source>Resuming…</source>
        <translation>正在继续…</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Discard the run?</source>
        <translation>放弃此训练任务？</translation>
    </message>
    <message>
        <source>Stop the run and throw away what it has learned?</source>
        <translation>停止训练并丢弃已学到的内容？</translation>
    </message>
    <message>
        <source>Your data and the base model stay as they are.</source>
        <translation>您的数据和基座模型保持原样。</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
</context>
<context>
    <name>RunList</name>
    <message>
        <source>Runs</source>
        <translation>训练任务</translation>
    </message>
    <message>
        <source>Columns of the runs</source>
        <translation>训练任务的列</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续训练</translation>
    </message>
    <message>
        <source>Run again</source>
        <translation>重新训练</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Export as PEFT folder…</source>
        <translation>导出为 PEFT 文件夹…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>No runs yet</source>
        <translation>还没有训练任务</translation>
    </message>
    <message>
        <source>A run teaches a model from your own data. Its progress and its result stay here.</source>
        <translation>训练任务用您自己的数据训练模型。其进度和结果会保留在这里。</translation>
    </message>
    <message>
        <source>New run</source>
        <translation>新建训练任务</translation>
    </message>
</context>
<context>
    <name>RunProgress</name>
    <message>
        <source>Progress of the training</source>
        <translation>训练进度</translation>
    </message>
    <message>
        <source>{state}…</source>
        <translation>{state}…</translation>
    </message>
    <message>
        <source>Step {step} of {total}</source>
        <translation>第 {step} / {total} 步</translation>
    </message>
    <message>
        <source>Step {step} of {total} · epoch {epoch}</source>
        <translation>第 {step} / {total} 步 · 第 {epoch} 轮</translation>
    </message>
    <message>
        <source>{speed} tokens/s</source>
        <translation>{speed} 词元/秒</translation>
    </message>
    <message>
        <source>{size} of memory</source>
        <translation>内存 {size}</translation>
    </message>
    <message>
        <source>{time} left</source>
        <translation>剩余 {time}</translation>
    </message>
</context>
<context>
    <name>RunRows</name>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务类型</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基座模型</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>用时</translation>
    </message>
</context>
<context>
    <name>RunView</name>
    <message>
        <source>Overview of the run</source>
        <translation>训练任务概览</translation>
    </message>
</context>
<context>
    <name>SamplesDialog</name>
    <message>
        <source>Answers side by side</source>
        <translation>并排比较回答</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The others are kept as versions of the answer.</source>
        <translation>其余的会作为该回答的版本保留。</translation>
    </message>
    <message>
        <source>Answer {number}</source>
        <translation>回答 {number}</translation>
    </message>
    <message>
        <source>Take this one</source>
        <translation>选用这个</translation>
    </message>
    <message>
        <source>Take answer {number}</source>
        <translation>选用回答 {number}</translation>
    </message>
</context>
<context>
    <name>SamplesView</name>
    <message>
        <source>Samples</source>
        <translation>回答示例</translation>
    </message>
    <message>
        <source>Step of the samples</source>
        <translation>回答示例所在的步</translation>
    </message>
    <message>
        <source>From before the training until now</source>
        <translation>从训练前到现在</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>What the model answers</source>
        <translation>模型的回答</translation>
    </message>
    <message>
        <source>before the training</source>
        <translation>训练前</translation>
    </message>
    <message>
        <source>after step {step}</source>
        <translation>第 {step} 步后</translation>
    </message>
    <message>
        <source>Answer to “{prompt}”</source>
        <translation>对“{prompt}”的回答</translation>
    </message>
</context>
<context>
    <name>SchemaDialog</name>
    <message>
        <source>Schema of the answer</source>
        <translation>回答的模式</translation>
    </message>
    <message>
        <source>JSON schema</source>
        <translation>JSON 模式</translation>
    </message>
    <message>
        <source>A JSON schema says which fields the answer has and of what kind they are. Ask for the same in your message, since the model does not see the schema.</source>
        <translation>JSON 模式规定回答有哪些字段以及它们的类型。模型看不到这个模式，请在消息中提出同样的要求。</translation>
    </message>
</context>
<context>
    <name>SearchBar</name>
    <message>
        <source>Search for models</source>
        <translation>搜索模型</translation>
    </message>
    <message>
        <source>Search for models on the hub</source>
        <translation>在模型中心搜索模型</translation>
    </message>
    <message>
        <source>Help me choose</source>
        <translation>帮我选择</translation>
    </message>
    <message>
        <source>Help me choose…</source>
        <translation>帮我选择…</translation>
    </message>
    <message>
        <source>Trending</source>
        <translation>近期热门</translation>
    </message>
    <message>
        <source>Most downloads</source>
        <translation>下载最多</translation>
    </message>
    <message>
        <source>Most likes</source>
        <translation>点赞最多</translation>
    </message>
    <message>
        <source>Newest changes</source>
        <translation>最近更新</translation>
    </message>
    <message>
        <source>Order</source>
        <translation>排序方式</translation>
    </message>
    <message>
        <source>Any format</source>
        <translation>不限格式</translation>
    </message>
    <message>
        <source>Adapters</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Any task</source>
        <translation>不限任务</translation>
    </message>
    <message>
        <source>Any language</source>
        <translation>不限语言</translation>
    </message>
    <message>
        <source>Any access</source>
        <translation>不限权限</translation>
    </message>
    <message>
        <source>Free to download</source>
        <translation>可直接下载</translation>
    </message>
    <message>
        <source>With conditions</source>
        <translation>需接受条件</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务类型</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Format</source>
        <translation>格式</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Any licence</source>
        <translation>不限许可证</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>访问权限</translation>
    </message>
</context>
<context>
    <name>ServerDialog</name>
    <message>
        <source>Connect to a server</source>
        <translation>连接到服务器</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Models to offer</source>
        <translation>要提供的模型</translation>
    </message>
    <message>
        <source>Test</source>
        <translation>测试</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>A test shows which models the server offers.</source>
        <translation>测试会显示服务器提供哪些模型。</translation>
    </message>
    <message>
        <source>Show the key</source>
        <translation>显示密钥</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Kept in your system's keyring</source>
        <translation>保存在系统的密钥环中</translation>
    </message>
    <message>
        <source>Only if it wants one</source>
        <translation>仅在服务器需要时填写</translation>
    </message>
    <message>
        <source>This connection is not encrypted: whoever is between the two computers can read and change what is said, and take the key. Use https:// outside your own network.</source>
        <translation>此连接未加密：处于两台计算机之间的任何人都能读取和修改内容，并获取密钥。在自己的网络之外请使用 https://。</translation>
    </message>
    <message>
        <source>What you write to one of these models is sent to the program at this address.</source>
        <translation>您写给这些模型的内容会发送给此地址上的程序。</translation>
    </message>
    <message>
        <source>What you write to one of these models, with the whole conversation and its files, leaves this computer and is sent to {host}.</source>
        <translation>您写给这些模型的内容，连同整个对话及其文件，会离开这台计算机并发送到 {host}。</translation>
    </message>
    <message>
        <source>Asking the server…</source>
        <translation>正在询问服务器…</translation>
    </message>
    <message>
        <source>It answers, and offers {models}.</source>
        <translation>它有响应，并提供 {models}。</translation>
    </message>
    <message>
        <source>It answers, but offers no model.</source>
        <translation>它有响应，但没有提供模型。</translation>
    </message>
</context>
<context>
    <name>ServerPage</name>
    <message>
        <source>Switch the server on or off</source>
        <translation>打开或关闭服务器</translation>
    </message>
    <message>
        <source>Lets other programs on this computer use the model that is loaded, by the protocol of OpenAI. Nobody else can reach it, and every request needs the key.</source>
        <translation>让这台计算机上的其他程序通过 OpenAI 协议使用已加载的模型。其他人无法访问它，每个请求都需要密钥。</translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation>服务器地址</translation>
    </message>
    <message>
        <source>Key of the server</source>
        <translation>服务器密钥</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Show the key</source>
        <translation>显示密钥</translation>
    </message>
    <message>
        <source>New key</source>
        <translation>新密钥</translation>
    </message>
    <message>
        <source>Make a new key</source>
        <translation>生成新密钥</translation>
    </message>
    <message>
        <source>The old key is refused from then on.</source>
        <translation>此后旧密钥会被拒绝。</translation>
    </message>
    <message>
        <source>This system has no keyring: there will be a new key the next time.</source>
        <translation>此系统没有密钥环：下次会使用新的密钥。</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>密钥</translation>
    </message>
    <message>
        <source>Example</source>
        <translation>示例</translation>
    </message>
    <message>
        <source>Kind of the example</source>
        <translation>示例类型</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Copy the key</source>
        <translation>复制密钥</translation>
    </message>
    <message>
        <source>Copy the example</source>
        <translation>复制示例</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Switch off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Switch on</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>The server is off.</source>
        <translation>服务器已关闭。</translation>
    </message>
    <message>
        <source>The server is starting.</source>
        <translation>服务器正在启动。</translation>
    </message>
    <message>
        <source>The server is on.</source>
        <translation>服务器已打开。</translation>
    </message>
    <message>
        <source>Requests being answered: {running} · waiting: {waiting} · answered so far: {served}</source>
        <translation>正在回答的请求：{running} · 等待中：{waiting} · 已回答：{served}</translation>
    </message>
</context>
<context>
    <name>ServersView</name>
    <message>
        <source>Servers and their models</source>
        <translation>服务器及其模型</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Chat with it</source>
        <translation>与它对话</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Remove…</source>
        <translation>移除…</translation>
    </message>
    <message>
        <source>Connect to a server…</source>
        <translation>连接到服务器…</translation>
    </message>
    <message>
        <source>A larger model may run on another computer, by any program that speaks the OpenAI protocol: vLLM, SGLang, Ray Serve, llama-server, Ollama, or this app. What you write is sent there.</source>
        <translation>更大的模型可以在另一台计算机上由任何支持 OpenAI 协议的程序运行：vLLM、SGLang、Ray Serve、llama-server、Ollama 或本应用。您写的内容会发送到那里。</translation>
    </message>
    <message>
        <source>No servers yet</source>
        <translation>还没有服务器</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>在本机上</translation>
    </message>
    <message>
        <source>Not encrypted</source>
        <translation>未加密</translation>
    </message>
    <message>
        <source>Encrypted</source>
        <translation>已加密</translation>
    </message>
    <message>
        <source>The models of {name} are offered now.</source>
        <translation>现在可以使用 {name} 的模型了。</translation>
    </message>
    <message>
        <source>The models of {name} are offered; no keyring answers, so its key is forgotten when the app is closed.</source>
        <translation>现在可以使用 {name} 的模型了；没有可用的密钥环，因此关闭应用后密钥会被忘记。</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>设置页面</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Models and memory</source>
        <translation>模型与内存</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
    <message>
        <source>About</source>
        <translation>关于</translation>
    </message>
</context>
<context>
    <name>SettingsForm</name>
    <message>
        <source>Reset this page</source>
        <translation>重置此页</translation>
    </message>
    <message>
        <source>The one used last</source>
        <translation>上次使用的模型</translation>
    </message>
    <message>
        <source>This is no address. It begins with https:// or http://.</source>
        <translation>这不是有效的地址。地址应以 https:// 或 http:// 开头。</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Search shortcuts</source>
        <translation>搜索快捷键</translation>
    </message>
    <message>
        <source>Search by name or by keys</source>
        <translation>按名称或按键搜索</translation>
    </message>
    <message>
        <source>Nothing is called so.</source>
        <translation>没有匹配的项目。</translation>
    </message>
    <message>
        <source>Send the message</source>
        <translation>发送消息</translation>
    </message>
    <message>
        <source>New line</source>
        <translation>换行</translation>
    </message>
    <message>
        <source>Edit your last message, in the empty message field</source>
        <translation>编辑上一条消息（输入框为空时）</translation>
    </message>
    <message>
        <source>Save an edited message</source>
        <translation>保存编辑的消息</translation>
    </message>
    <message>
        <source>Next place</source>
        <translation>下一处</translation>
    </message>
    <message>
        <source>Place before</source>
        <translation>上一处</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>输入</translation>
    </message>
</context>
<context>
    <name>Speed</name>
    <message>
        <source>exact</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>8-bit</source>
        <translation>8 位</translation>
    </message>
    <message>
        <source>4-bit</source>
        <translation>4 位</translation>
    </message>
    <message>
        <source>{engine}, {setting}</source>
        <comment>an engine and its setting</comment>
        <translation>{engine}，{setting}</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在开始…</translation>
    </message>
    <message>
        <source>Loading: {engine}</source>
        <translation>正在加载：{engine}</translation>
    </message>
    <message>
        <source>{engine}: a prompt of {n} tokens</source>
        <translation>{engine}：{n} 个词元的提示词</translation>
    </message>
    <message>
        <source>Perplexity: {engine}</source>
        <translation>困惑度：{engine}</translation>
    </message>
    <message>
        <source>{engine}: the next turn of a long chat</source>
        <translation>{engine}：长对话的下一轮</translation>
    </message>
</context>
<context>
    <name>SpeedCard</name>
    <message>
        <source>What the plot shows</source>
        <translation>图中显示的内容</translation>
    </message>
    <message>
        <source>Whole turn</source>
        <translation>完整一轮</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>首个词元</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>At {n} tokens the fastest whole turn takes {s} s: {engine}.</source>
        <translation>{n} 个词元时最快的完整一轮用时 {s} 秒：{engine}。</translation>
    </message>
    <message>
        <source>tokens per second</source>
        <translation>词元/秒</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>秒</translation>
    </message>
    <message>
        <source>tokens of the prompt</source>
        <translation>提示词的词元数</translation>
    </message>
</context>
<context>
    <name>SpeedEmpty</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
    <message>
        <source>Nothing measured yet</source>
        <translation>尚未测量</translation>
    </message>
    <message>
        <source>See how fast a model reads and writes on this computer.</source>
        <translation>看看模型在这台计算机上读取和生成的速度。</translation>
    </message>
    <message>
        <source>Other engines can run the same weights beside it.</source>
        <translation>可以让其他引擎用同样的权重作对比。</translation>
    </message>
    <message>
        <source>Measuring {model}</source>
        <translation>正在测量 {model}</translation>
    </message>
    <message>
        <source>The figures appear here when all of it is done.</source>
        <translation>全部完成后，数据会显示在这里。</translation>
    </message>
</context>
<context>
    <name>SpeedPage</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message numerus="yes">
        <source>{step} ({n} more models wait)</source>
        <translation>
            <numerusform>{step}（还有 {n} 个模型等待）</numerusform>
        </translation>
    </message>
    <message>
        <source>The speed of {model} was measured.</source>
        <translation>已测量 {model} 的速度。</translation>
    </message>
    <message>
        <source>The measurement is in the clipboard.</source>
        <translation>测量结果已复制到剪贴板。</translation>
    </message>
    <message>
        <source>The measurement was deleted.</source>
        <translation>测量结果已删除。</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Export the measurement</source>
        <translation>导出测量结果</translation>
    </message>
    <message>
        <source>JSON files (*.json)</source>
        <translation>JSON 文件 (*.json)</translation>
    </message>
</context>
<context>
    <name>SpeedResults</name>
    <message>
        <source>Measurements</source>
        <translation>测量结果</translation>
    </message>
    <message>
        <source>Columns of the figures</source>
        <translation>数据列</translation>
    </message>
    <message>
        <source>Figures of the measurement</source>
        <translation>测量数据</translation>
    </message>
    <message>
        <source>{model}, {day}</source>
        <comment>a measurement</comment>
        <translation>{model}，{day}</translation>
    </message>
    <message>
        <source>{processor}, {cores} cores.</source>
        <translation>{processor}，{cores} 个核心。</translation>
    </message>
    <message>
        <source>Medians; perplexity of a text that is not in the prompts: less is better.</source>
        <translation>均为中位数；困惑度取自提示词之外的一段文字：越低越好。</translation>
    </message>
    <message>
        <source>Left out: {name} ({reason}).</source>
        <translation>未包括：{name}（{reason}）。</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>复制为文字</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Delete this measurement</source>
        <translation>删除此测量结果</translation>
    </message>
</context>
<context>
    <name>SpeedRows</name>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Prompt</source>
        <translation>提示词</translation>
    </message>
    <message>
        <source>Loading</source>
        <translation>加载</translation>
    </message>
    <message>
        <source>First token</source>
        <translation>首个词元</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>Writing</source>
        <translation>生成</translation>
    </message>
    <message>
        <source>Whole turn</source>
        <translation>完整一轮</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Perplexity</source>
        <translation>困惑度</translation>
    </message>
</context>
<context>
    <name>SpeedSetup</name>
    <message>
        <source>Models to measure</source>
        <translation>要测量的模型</translation>
    </message>
    <message>
        <source>Repetitions</source>
        <translation>重复次数</translation>
    </message>
    <message>
        <source>New tokens</source>
        <translation>新词元数</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Plain Transformers, in bfloat16 and in float32</source>
        <translation>原版 Transformers，bfloat16 和 float32</translation>
    </message>
    <message>
        <source>On files made of the same weights: Q4_0, Q4_1 and Q8_0</source>
        <translation>由相同权重生成的文件：Q4_0、Q4_1 和 Q8_0</translation>
    </message>
    <message>
        <source>Exact</source>
        <translation>原样</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Weights of this app</source>
        <translation>本应用的权重</translation>
    </message>
    <message>
        <source>Compared with</source>
        <translation>对比对象</translation>
    </message>
    <message>
        <source>Tokens of the prompt</source>
        <translation>提示词的词元数</translation>
    </message>
    <message>
        <source>This takes minutes, in processes of their own. Chats are slower meanwhile, and make the figures worse; the model in memory stays there.</source>
        <translation>这需要几分钟，在独立的进程中进行。期间对话会变慢，并使数据变差；内存中的模型会保留。</translation>
    </message>
    <message>
        <source>There is no model yet that could be measured.</source>
        <translation>还没有可以测量的模型。</translation>
    </message>
    <message>
        <source>Choose a model, a kind of weights and a length of the prompt.</source>
        <translation>请选择模型、权重类型和提示词长度。</translation>
    </message>
</context>
<context>
    <name>StartBar</name>
    <message>
        <source>Start training</source>
        <translation>开始训练</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Training</source>
        <translation>训练</translation>
    </message>
    <message>
        <source>Show the run</source>
        <translation>显示训练任务</translation>
    </message>
    <message>
        <source>Server</source>
        <translation>服务器</translation>
    </message>
    <message>
        <source>Show address and key</source>
        <translation>显示地址和密钥</translation>
    </message>
    <message>
        <source>Engine is starting</source>
        <translation>引擎正在启动</translation>
    </message>
    <message>
        <source>Unloaded while idle</source>
        <translation>因闲置已卸载</translation>
    </message>
    <message>
        <source>No model loaded</source>
        <translation>未加载模型</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>正在加载模型</translation>
    </message>
    <message>
        <source>Model ready</source>
        <translation>模型就绪</translation>
    </message>
    <message>
        <source>Engine stopped</source>
        <translation>引擎已停止</translation>
    </message>
    <message>
        <source>Memory of the model: {size}</source>
        <translation>模型占用内存：{size}</translation>
    </message>
    <message>
        <source>Memory of the model: {size}, of conversations: {kept}</source>
        <translation>模型占用内存：{size}，对话占用：{kept}</translation>
    </message>
    <message>
        <source>Server is starting</source>
        <translation>服务器正在启动</translation>
    </message>
    <message>
        <source>Server on, port {port}</source>
        <translation>服务器已打开，端口 {port}</translation>
    </message>
    <message>
        <source>Server could not start</source>
        <translation>服务器无法启动</translation>
    </message>
    <message>
        <source>{state} “{name}”: {percent} % · {time} left</source>
        <translation>“{name}”{state}：{percent}% · 剩余 {time}</translation>
    </message>
    <message>
        <source>{state} “{name}”: {percent} %</source>
        <translation>“{name}”{state}：{percent}%</translation>
    </message>
    <message>
        <source>Reading the prompt: {done} of {total} tokens</source>
        <translation>正在读取提示词：{done} / {total} 词元</translation>
    </message>
    <message>
        <source>First token after {seconds} s</source>
        <translation>首个词元用时 {seconds} 秒</translation>
    </message>
    <message>
        <source>{speed} tokens/s · first token after {seconds} s</source>
        <translation>{speed} 词元/秒 · 首个词元用时 {seconds} 秒</translation>
    </message>
</context>
<context>
    <name>TemplateEditor</name>
    <message>
        <source>Chat template</source>
        <translation>对话模板</translation>
    </message>
    <message>
        <source>What the template makes</source>
        <translation>模板生成的内容</translation>
    </message>
    <message>
        <source>&amp;Save</source>
        <translation>保存(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Back to the model's own</source>
        <translation>恢复模型自带的模板(&amp;B)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Template (Jinja)</source>
        <translation>模板 (Jinja)</translation>
    </message>
    <message>
        <source>What the model gets</source>
        <translation>模型得到的内容</translation>
    </message>
    <message>
        <source>Chat template of {model}</source>
        <translation>{model} 的对话模板</translation>
    </message>
    <message>
        <source>Load a model first: its template is tried with the model in memory.</source>
        <translation>请先加载模型：模板要用内存中的模型来试验。</translation>
    </message>
    <message>
        <source>The model is asked…</source>
        <translation>正在询问模型…</translation>
    </message>
    <message>
        <source>This model came without a template.</source>
        <translation>此模型没有自带模板。</translation>
    </message>
    <message>
        <source>Saved. The model is loaded again with this template.</source>
        <translation>已保存。模型将使用此模板重新加载。</translation>
    </message>
    <message>
        <source>Not saved. {reason}</source>
        <translation>未保存。{reason}</translation>
    </message>
    <message>
        <source>Line {line}: {detail}</source>
        <translation>第 {line} 行：{detail}</translation>
    </message>
</context>
<context>
    <name>TextField</name>
    <message>
        <source>Write or paste a text here, or drop a file.</source>
        <translation>在此输入或粘贴文字，或拖入文件。</translation>
    </message>
    <message>
        <source>Remove this text</source>
        <translation>移除这段文字</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>Pasted text</source>
        <translation>粘贴的文字</translation>
    </message>
    <message>
        <source>{name} · {count} characters</source>
        <translation>{name} · {count} 个字符</translation>
    </message>
</context>
<context>
    <name>Toast</name>
    <message>
        <source>Close this message</source>
        <translation>关闭此消息</translation>
    </message>
</context>
<context>
    <name>TokenDialog</name>
    <message>
        <source>Access token</source>
        <translation>访问令牌</translation>
    </message>
    <message>
        <source>Check and use</source>
        <translation>验证并使用</translation>
    </message>
    <message>
        <source>Some models are given only to people who have an account and accept conditions. Make a token with read access on the hub and enter it here. It is sent to the official hub only, never to a mirror, and is kept by your system's keyring.</source>
        <translation>有些模型只提供给拥有账户并接受其条件的人。请在模型中心创建具有读取权限的令牌，并在此输入。令牌只会发送到官方模型中心，绝不会发送到镜像站，并由您的系统密钥环保存。</translation>
    </message>
    <message>
        <source>Make a token</source>
        <translation>创建令牌</translation>
    </message>
    <message>
        <source>Make a token…</source>
        <translation>创建令牌…</translation>
    </message>
    <message>
        <source>Forget the token</source>
        <translation>清除令牌</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Access token of the hub</source>
        <translation>模型中心访问令牌</translation>
    </message>
    <message>
        <source>Signed in as {account}.</source>
        <translation>已登录为 {account}。</translation>
    </message>
    <message>
        <source>Asking the hub…</source>
        <translation>正在查询模型中心…</translation>
    </message>
    <message>
        <source>The token is forgotten.</source>
        <translation>令牌已清除。</translation>
    </message>
    <message>
        <source>The token is not used any more, but your system's keyring did not delete it. Look for “Desktop LLM” there, or withdraw the token on the hub.</source>
        <translation>令牌已不再使用，但系统密钥环没有将其删除。请在密钥环中查找“Desktop LLM”，或在模型中心撤销该令牌。</translation>
    </message>
</context>
<context>
    <name>TokenPage</name>
    <message>
        <source>Previous example</source>
        <translation>上一条示例</translation>
    </message>
    <message>
        <source>Next example</source>
        <translation>下一条示例</translation>
    </message>
    <message>
        <source>learned</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>only read</source>
        <translation>仅作上下文</translation>
    </message>
    <message>
        <source>cut off</source>
        <translation>被截断</translation>
    </message>
    <message>
        <source>The model reads the text and learns to say the label.</source>
        <translation>模型读取文本，学习给出标签。</translation>
    </message>
    <message>
        <source>The token that ends an answer is not learned: the model may go on writing without an end. Raise the length, or choose another base model.</source>
        <translation>没有学习到结束回答的词元：模型可能会一直写下去。请增大长度，或选择其他基座模型。</translation>
    </message>
    <message>
        <source>All of the text is learned.</source>
        <translation>全部文本都会学习。</translation>
    </message>
    <message>
        <source>Rows from which nothing is learned, because they are cut: {number}</source>
        <translation>因被截断而学不到内容的数据：{number} 条</translation>
    </message>
    <message>
        <source>The model learns where an answer ends.</source>
        <translation>模型会学习在何处结束回答。</translation>
    </message>
    <message>
        <source>Label: {label}</source>
        <translation>标签：{label}</translation>
    </message>
    <message>
        <source>Example {number} of {total}</source>
        <translation>示例 {number} / {total}</translation>
    </message>
    <message>
        <source>Line {line}</source>
        <translation>第 {line} 行</translation>
    </message>
    <message>
        <source>The end of this row's answer is cut off, so it is not learned from it.</source>
        <translation>这条数据的回答结尾被截断，因此不会从中学习如何结束。</translation>
    </message>
</context>
<context>
    <name>TokenText</name>
    <message>
        <source>Token {id}, control</source>
        <translation>词元 {id}，控制词元</translation>
    </message>
    <message>
        <source>Token {id}</source>
        <translation>词元 {id}</translation>
    </message>
</context>
<context>
    <name>TokenView</name>
    <message>
        <source>The row as the model sees it</source>
        <translation>模型所见的数据</translation>
    </message>
    <message>
        <source>Token {id}: learned</source>
        <translation>词元 {id}：学习</translation>
    </message>
    <message>
        <source>Token {id}: only read</source>
        <translation>词元 {id}：仅作上下文</translation>
    </message>
    <message>
        <source>Token {id}: cut off</source>
        <translation>词元 {id}：被截断</translation>
    </message>
</context>
<context>
    <name>TrainingSection</name>
    <message>
        <source>3. Training</source>
        <translation>3. 训练</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务类型</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>自定义</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>Name of the result</source>
        <translation>结果名称</translation>
    </message>
    <message>
        <source>All settings</source>
        <translation>全部设置</translation>
    </message>
    <message>
        <source>Base model</source>
        <translation>基座模型</translation>
    </message>
    <message>
        <source>{task} (fits this data)</source>
        <translation>{task}（适合此数据）</translation>
    </message>
    <message>
        <source>{help} At most {steps} steps of {batch} rows.</source>
        <translation>{help}最多 {steps} 步，每步 {batch} 条。</translation>
    </message>
    <message>
        <source>{help} Epochs: {epochs}; {steps} steps of {batch} rows each.</source>
        <translation>{help}共 {epochs} 轮、{steps} 步，每步 {batch} 条。</translation>
    </message>
    <message>
        <source>“{preset}”, with your changes.</source>
        <translation>“{preset}”，含您的更改。</translation>
    </message>
</context>
<context>
    <name>TrainingSettingsForm</name>
    <message>
        <source>Amount</source>
        <translation>训练量</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>优化</translation>
    </message>
    <message>
        <source>Evaluation</source>
        <translation>评估</translation>
    </message>
    <message>
        <source>Computer</source>
        <translation>计算资源</translation>
    </message>
    <message>
        <source>Reset “{setting}”</source>
        <translation>重置“{setting}”</translation>
    </message>
    <message>
        <source>Back to the value of the preset</source>
        <translation>恢复预设值</translation>
    </message>
</context>
<context>
    <name>TrashDialog</name>
    <message>
        <source>Trash</source>
        <translation>回收站</translation>
    </message>
    <message>
        <source>Columns of the trash</source>
        <translation>回收站的列</translation>
    </message>
    <message>
        <source>Deleted things</source>
        <translation>已删除的项目</translation>
    </message>
    <message>
        <source>The trash is empty.</source>
        <translation>回收站是空的。</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>恢复(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Delete for good…</source>
        <translation>永久删除(&amp;D)…</translation>
    </message>
    <message>
        <source>&amp;Empty the trash…</source>
        <translation>清空回收站(&amp;E)…</translation>
    </message>
    <message>
        <source>What you delete is kept for {days} days. Then it is gone for good.</source>
        <translation>删除的内容保留 {days} 天，之后永久删除。</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Delete for good…</source>
        <translation>永久删除…</translation>
    </message>
    <message>
        <source>Delete everything in the trash for good? Number of things: {number}.</source>
        <translation>永久删除回收站中的全部内容？共 {number} 项。</translation>
    </message>
    <message>
        <source>Delete {number} things for good?</source>
        <translation>永久删除 {number} 项？</translation>
    </message>
    <message>
        <source>Delete “{title}” for good?</source>
        <translation>永久删除“{title}”？</translation>
    </message>
    <message>
        <source>Delete for good</source>
        <translation>永久删除</translation>
    </message>
    <message>
        <source>What follows a deleted message goes with it. This cannot be undone.</source>
        <translation>已删除消息之后的内容会一并删除。此操作无法撤销。</translation>
    </message>
    <message>
        <source>The conversations that were in it stay. This cannot be undone.</source>
        <translation>其中的对话会保留。此操作无法撤销。</translation>
    </message>
    <message>
        <source>This cannot be undone.</source>
        <translation>此操作无法撤销。</translation>
    </message>
</context>
<context>
    <name>TrashRows</name>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>消息</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Preset</source>
        <translation>预设</translation>
    </message>
    <message>
        <source>New chat</source>
        <translation>新对话</translation>
    </message>
    <message>
        <source>Without text</source>
        <translation>没有文字</translation>
    </message>
    <message>
        <source>1 day</source>
        <translation>1 天</translation>
    </message>
    <message>
        <source>{number} days</source>
        <translation>{number} 天</translation>
    </message>
    <message>
        <source>{kind} “{title}”</source>
        <translation>{kind}“{title}”</translation>
    </message>
    <message>
        <source>Title</source>
        <translation>标题</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Deleted</source>
        <translation>删除时间</translation>
    </message>
    <message>
        <source>Kept for</source>
        <translation>剩余保留</translation>
    </message>
</context>
<context>
    <name>TryIt</name>
    <message>
        <source>Text to classify</source>
        <translation>要分类的文本</translation>
    </message>
    <message>
        <source>A text that the model should label…</source>
        <translation>输入要让模型分类的文本…</translation>
    </message>
    <message>
        <source>Classify</source>
        <translation>分类</translation>
    </message>
    <message>
        <source>{label}: {percent}</source>
        <translation>{label}：{percent}</translation>
    </message>
    <message>
        <source>The label and how sure the model is of each appear here.</source>
        <translation>这里会显示标签，以及模型对每个标签的把握。</translation>
    </message>
    <message>
        <source>Classifying…</source>
        <translation>正在分类…</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>What would you like to know?</source>
        <translation>您想了解什么？</translation>
    </message>
    <message>
        <source>Download the starter</source>
        <translation>下载入门模型</translation>
    </message>
    <message>
        <source>To begin you need a model. {title} is a small one that runs on any computer and needs no account ({size} to download, licence {licence}).</source>
        <translation>首先需要一个模型。{title} 是一个小模型，可在任何电脑上运行，无需账户（下载大小 {size}，许可证 {licence}）。</translation>
    </message>
    <message>
        <source>Find other models</source>
        <translation>查找其他模型</translation>
    </message>
    <message>
        <source>The starter model knows English only and is often wrong. For other languages and better answers, get another model: the app proposes some that fit this computer.</source>
        <translation>入门模型只懂英语，而且经常出错。应用可以推荐适合这台电脑、支持其他语言且回答更好的模型。</translation>
    </message>
    <message>
        <source>Why is the sky blue? Explain it in three sentences.</source>
        <translation>天空为什么是蓝色的？请用三句话解释。</translation>
    </message>
    <message>
        <source>Write a short poem about the sea in autumn.</source>
        <translation>写一首关于秋天的海的短诗。</translation>
    </message>
    <message>
        <source>Make a table of three fruits, their colour and their taste.</source>
        <translation>用表格列出三种水果以及它们的颜色和味道。</translation>
    </message>
    <message>
        <source>Models can be wrong. Check what matters.</source>
        <translation>模型可能出错，重要内容请自行核实。</translation>
    </message>
    <message>
        <source>Ask: {prompt}</source>
        <translation>提问：{prompt}</translation>
    </message>
</context>
<context>
    <name>WorkStrip</name>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Checking the files of {name}…</source>
        <translation>正在校验 {name} 的文件…</translation>
    </message>
    <message>
        <source>Importing {name}…</source>
        <translation>正在导入 {name}…</translation>
    </message>
</context>
<context>
    <name>_Painter</name>
    <message>
        <source>Name of the run</source>
        <translation>训练任务的名称</translation>
    </message>
</context>
<context>
    <name>choices</name>
    <message>
        <source>Yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>No</source>
        <translation>否</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>处理器（CPU）</translation>
    </message>
    <message>
        <source>NVIDIA GPU (CUDA)</source>
        <translation>NVIDIA GPU（CUDA）</translation>
    </message>
    <message>
        <source>Apple GPU (MPS)</source>
        <translation>Apple GPU（MPS）</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>After 5 minutes</source>
        <translation>5 分钟后</translation>
    </message>
    <message>
        <source>After 15 minutes</source>
        <translation>15 分钟后</translation>
    </message>
    <message>
        <source>After half an hour</source>
        <translation>半小时后</translation>
    </message>
    <message>
        <source>After an hour</source>
        <translation>一小时后</translation>
    </message>
</context>
<context>
    <name>core</name>
    <message>
        <source>Desktop LLM made a mistake: {fault}.</source>
        <translation>Desktop LLM 出现了错误：{fault}。</translation>
    </message>
    <message>
        <source>Your conversations and models are untouched.</source>
        <translation>您的对话和模型没有受到影响。</translation>
    </message>
    <message>
        <source>Please report it with the end of {log}.</source>
        <translation>请附上 {log} 的末尾内容报告此问题。</translation>
    </message>
    <message>
        <source>Nothing was lost.</source>
        <translation>没有丢失任何内容。</translation>
    </message>
    <message>
        <source>The launcher could not be changed: {reason} ({path})</source>
        <translation>无法更改启动图标：{reason}（{path}）</translation>
    </message>
    <message>
        <source>The app and your data are as they were.</source>
        <translation>应用和您的数据保持原样。</translation>
    </message>
    <message>
        <source>Make that place writable for you, then try again.</source>
        <translation>请让该位置可写，然后重试。</translation>
    </message>
    <message>
        <source>The model “{name}” needs about {needed} of memory, and {free} are free.</source>
        <translation>模型“{name}”约需 {needed} 内存，而目前空闲 {free}。</translation>
    </message>
    <message>
        <source>It was not loaded, and nothing else was disturbed.</source>
        <translation>模型没有加载，其他内容也没有受到影响。</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>请关闭其他程序，或选择更小的模型。</translation>
    </message>
    <message>
        <source>The model “{name}” needs about {needed} of memory, which is nearly all that is free ({free}).</source>
        <translation>模型“{name}”大约需要 {needed} 内存，几乎是全部可用内存（{free}）。</translation>
    </message>
    <message>
        <source>It was not loaded yet.</source>
        <translation>它还没有加载。</translation>
    </message>
    <message>
        <source>Other programs may become slow. Close some, or load it with less.</source>
        <translation>其他程序可能会变慢。请关闭一些程序，或以更小的占用加载。</translation>
    </message>
    <message>
        <source>Training “{name}” needs about {needed} of memory, and {free} are free (weights {weights}, gradients and optimizer {optimizer}, activations {activations}).</source>
        <translation>训练“{name}”约需 {needed} 内存，而目前空闲 {free}（权重 {weights}，梯度和优化器 {optimizer}，激活值 {activations}）。</translation>
    </message>
    <message>
        <source>Nothing was loaded, and nothing else was disturbed.</source>
        <translation>没有加载任何内容，其他内容也没有受到影响。</translation>
    </message>
    <message>
        <source>Close other programs, train with LoRA, shorten the maximum length, or choose a smaller model.</source>
        <translation>请关闭其他程序、改用 LoRA 训练、缩短最大长度，或选择更小的模型。</translation>
    </message>
    <message>
        <source>There is no model at {path}.</source>
        <translation>{path} 中没有模型。</translation>
    </message>
    <message>
        <source>Your conversations are safe.</source>
        <translation>您的对话是安全的。</translation>
    </message>
    <message>
        <source>Choose another model, or put the folder back.</source>
        <translation>请选择其他模型，或将文件夹放回原处。</translation>
    </message>
    <message>
        <source>The model at {path} is damaged: {detail}.</source>
        <translation>{path} 中的模型已损坏：{detail}。</translation>
    </message>
    <message>
        <source>Nothing was changed, and your conversations are safe.</source>
        <translation>没有更改任何内容，您的对话是安全的。</translation>
    </message>
    <message>
        <source>Download or copy the model again.</source>
        <translation>请重新下载或复制该模型。</translation>
    </message>
    <message>
        <source>The model at {path} has its weights only in a format that can run programs.</source>
        <translation>{path} 中的模型只提供一种可能执行程序的权重格式。</translation>
    </message>
    <message>
        <source>The files were not opened, and nothing in them was run.</source>
        <translation>没有打开这些文件，也没有运行其中的任何内容。</translation>
    </message>
    <message>
        <source>Look for a version of this model with safetensors files.</source>
        <translation>请寻找该模型带有 safetensors 文件的版本。</translation>
    </message>
    <message>
        <source>The model “{name}” is of a kind that this version cannot run: {architecture}.</source>
        <translation>此版本无法运行模型“{name}”的架构：{architecture}。</translation>
    </message>
    <message>
        <source>The model's files were not changed.</source>
        <translation>模型的文件没有更改。</translation>
    </message>
    <message>
        <source>Choose another model, or update the app.</source>
        <translation>请选择其他模型，或更新应用。</translation>
    </message>
    <message>
        <source>The model “{name}” only works by running programs that came with it.</source>
        <translation>模型“{name}”必须运行其自带的程序才能工作。</translation>
    </message>
    <message>
        <source>None of them was run.</source>
        <translation>没有运行其中任何程序。</translation>
    </message>
    <message>
        <source>Choose a model that needs no programs of its own.</source>
        <translation>请选择不需要自带程序的模型。</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The language of the window. It changes at once.</source>
        <translation>窗口的语言，立即生效。</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Light, dark, or whatever the system uses.</source>
        <translation>浅色、深色，或跟随系统。</translation>
    </message>
    <message>
        <source>Compute device</source>
        <translation>计算设备</translation>
    </message>
    <message>
        <source>Automatic takes an NVIDIA GPU, then an Apple GPU, then the processor.</source>
        <translation>“自动”依次选用 NVIDIA GPU、Apple GPU 和处理器。</translation>
    </message>
    <message>
        <source>Number format</source>
        <translation>数值格式</translation>
    </message>
    <message>
        <source>Automatic measures what is fastest on this computer, once.</source>
        <translation>“自动”会测量一次，找出这台电脑上最快的格式。</translation>
    </message>
    <message>
        <source>Processor threads</source>
        <translation>处理器线程数</translation>
    </message>
    <message>
        <source>0 uses every core of this computer.</source>
        <translation>0 表示使用这台电脑的所有核心。</translation>
    </message>
    <message>
        <source>Model to begin with</source>
        <translation>默认模型</translation>
    </message>
    <message>
        <source>What is loaded when the window opens.</source>
        <translation>打开窗口时加载的模型。</translation>
    </message>
    <message>
        <source>Memory for conversations</source>
        <translation>对话内存</translation>
    </message>
    <message>
        <source>In MB. What the model has read of your conversations is kept there, so that the next answer begins at once. 0 uses a quarter of the memory that is free. How much is used now is shown in the status bar.</source>
        <translation>单位 MB。模型读过的对话内容保存在这里，使下一个回答立即开始。0 表示使用可用内存的四分之一。当前用量显示在状态栏中。</translation>
    </message>
    <message>
        <source>Guess ahead</source>
        <translation>提前猜测</translation>
    </message>
    <message>
        <source>Answers that repeat what was said before, such as a text that is corrected, are written faster. Each word is chosen as without it.</source>
        <translation>重复前文的回答（例如修改一段文字）会写得更快。每个词的选择与不使用时相同。</translation>
    </message>
    <message>
        <source>Unload the model when idle</source>
        <translation>闲置时卸载模型</translation>
    </message>
    <message>
        <source>Gives its memory back to other programs. Your next message loads it again.</source>
        <translation>把内存还给其他程序。您的下一条消息会重新加载它。</translation>
    </message>
    <message>
        <source>Address of the model hub</source>
        <translation>模型中心地址</translation>
    </message>
    <message>
        <source>Empty for the official hub; or a mirror of it, such as https://hub.example.org. Your access token is never sent to a mirror.</source>
        <translation>留空使用官方模型中心；也可填写镜像站，例如 https://hub.example.org。您的访问令牌绝不会发送到镜像站。</translation>
    </message>
    <message>
        <source>Proxy for downloads</source>
        <translation>下载代理</translation>
    </message>
    <message>
        <source>Such as http://proxy.example.org:3128. Empty: whatever the system uses.</source>
        <translation>例如 http://proxy.example.org:3128。留空则跟随系统。</translation>
    </message>
    <message>
        <source>Work offline</source>
        <translation>离线模式</translation>
    </message>
    <message>
        <source>Nothing is searched or downloaded.</source>
        <translation>不搜索也不下载任何内容。</translation>
    </message>
    <message>
        <source>Go on training when the window is closed</source>
        <translation>关闭窗口后继续训练</translation>
    </message>
    <message>
        <source>Otherwise the run is stopped with what it has learned. An open run is found again at the next start.</source>
        <translation>否则会停止训练并保留已学到的内容。下次启动时会找回仍在进行的训练任务。</translation>
    </message>
    <message>
        <source>Ask when the window is closed during a training</source>
        <translation>训练期间关闭窗口时询问</translation>
    </message>
    <message>
        <source>Otherwise the setting above decides.</source>
        <translation>否则按上面的设置处理。</translation>
    </message>
    <message>
        <source>Port</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Where programs of this computer find it; 0: any free one.</source>
        <translation>本机程序由此找到它；0 表示任意空闲端口。</translation>
    </message>
    <message>
        <source>Pages in a browser that may ask</source>
        <translation>可以访问的浏览器页面</translation>
    </message>
    <message>
        <source>Such as http://localhost:3000, with spaces between several. Empty: none; programs need not be listed.</source>
        <translation>例如 http://localhost:3000，多个之间用空格分隔。留空：没有；程序无需列出。</translation>
    </message>
    <message>
        <source>Switch on when the app starts</source>
        <translation>应用启动时打开</translation>
    </message>
    <message>
        <source>Otherwise it is off until you switch it on.</source>
        <translation>否则在您打开之前保持关闭。</translation>
    </message>
    <message>
        <source>An NVIDIA GPU was found ({name}); bfloat16 is the fast format that is safe on it.</source>
        <translation>找到 NVIDIA GPU（{name}）；bfloat16 在其上既快又安全。</translation>
    </message>
    <message>
        <source>An NVIDIA GPU was found ({name}); it has no bfloat16, so float16 is used.</source>
        <translation>找到 NVIDIA GPU（{name}）；它不支持 bfloat16，因此使用 float16。</translation>
    </message>
    <message>
        <source>An Apple GPU was found ({name}); float16 halves the memory that is read per token.</source>
        <translation>找到 Apple GPU（{name}）；float16 使每个词元读取的内存减半。</translation>
    </message>
    <message>
        <source>An Apple GPU was found ({name}); it does not compute float16, so float32 is used.</source>
        <translation>找到 Apple GPU（{name}）；它无法计算 float16，因此使用 float32。</translation>
    </message>
    <message>
        <source>No usable GPU was found; {dtype} is used, bfloat16 and float32 being about equally fast here.</source>
        <translation>没有找到可用的 GPU；使用 {dtype}，在此处理器上 bfloat16 与 float32 的速度大致相同。</translation>
    </message>
    <message>
        <source>No usable GPU was found; on this processor bfloat16 is {ratio} times as fast as float32.</source>
        <translation>没有找到可用的 GPU；在此处理器上 bfloat16 的速度是 float32 的 {ratio} 倍。</translation>
    </message>
    <message>
        <source>No usable GPU was found; on this processor float32 is {ratio} times as fast as bfloat16.</source>
        <translation>没有找到可用的 GPU；在此处理器上 float32 的速度是 bfloat16 的 {ratio} 倍。</translation>
    </message>
    <message>
        <source>Chosen in the settings ({name}).</source>
        <translation>由设置指定（{name}）。</translation>
    </message>
    <message>
        <source>{wish} was chosen in the settings but does not work here; {device} ({name}), {dtype} is used.</source>
        <translation>设置中选择了 {wish}，但在这里无法使用；改用 {device}（{name}），{dtype}。</translation>
    </message>
    <message>
        <source>The configuration of the model at {path} does not fit its weights ({detail}).</source>
        <translation>位于 {path} 的模型的配置与其权重不符（{detail}）。</translation>
    </message>
    <message>
        <source>The memory ran out while the model was working.</source>
        <translation>模型工作时内存耗尽。</translation>
    </message>
    <message>
        <source>The text written so far is kept.</source>
        <translation>已写出的文本已保留。</translation>
    </message>
    <message>
        <source>Shorten the conversation, close other programs, or choose a smaller model.</source>
        <translation>请缩短对话、关闭其他程序，或选择更小的模型。</translation>
    </message>
    <message>
        <source>The model computed values that are not numbers (number format: {dtype}).</source>
        <translation>模型算出了不是数字的值（数字格式：{dtype}）。</translation>
    </message>
    <message>
        <source>Load the model with another number format, such as float32; if that does not help, its files are damaged: download it again or choose another model.</source>
        <translation>请用其他数字格式（例如 float32）加载模型；如果没有帮助，说明文件已损坏：请重新下载或选择其他模型。</translation>
    </message>
    <message>
        <source>The chat template of this model could not write the prompt: {detail}</source>
        <translation>此模型的对话模板无法生成提示词：{detail}</translation>
    </message>
    <message>
        <source>Your message is kept.</source>
        <translation>您的消息已保留。</translation>
    </message>
    <message>
        <source>Remove the system prompt and try again, or change the model.</source>
        <translation>请去掉系统提示词后重试，或更换模型。</translation>
    </message>
    <message>
        <source>The chat template of this model did not finish within {seconds} seconds.</source>
        <translation>此模型的对话模板未能在 {seconds} 秒内完成。</translation>
    </message>
    <message>
        <source>It was ended, and your message is kept.</source>
        <translation>它已被终止，您的消息已保留。</translation>
    </message>
    <message>
        <source>Choose another model: this one's template is faulty.</source>
        <translation>请选择其他模型：此模型的模板有问题。</translation>
    </message>
    <message>
        <source>The conversation is {tokens} tokens long, and this model reads at most {limit}.</source>
        <translation>对话共有 {tokens} 个词元，而此模型最多读取 {limit} 个。</translation>
    </message>
    <message>
        <source>Nothing was cut off, and your message is kept.</source>
        <translation>没有截断任何内容，您的消息已保留。</translation>
    </message>
    <message>
        <source>Shorten the message, or start a new conversation.</source>
        <translation>请缩短消息，或开始新对话。</translation>
    </message>
    <message>
        <source>No model is loaded.</source>
        <translation>没有加载模型。</translation>
    </message>
    <message>
        <source>Choose a model and load it.</source>
        <translation>请选择并加载一个模型。</translation>
    </message>
    <message>
        <source>The prompt is empty.</source>
        <translation>提示词为空。</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有更改任何内容。</translation>
    </message>
    <message>
        <source>Write something first.</source>
        <translation>请先输入一些内容。</translation>
    </message>
    <message>
        <source>There is no adapter at {path}.</source>
        <translation>{path} 中没有适配器。</translation>
    </message>
    <message>
        <source>The model and your conversations were not changed.</source>
        <translation>模型和您的对话没有更改。</translation>
    </message>
    <message>
        <source>Choose a folder with adapter_config.json, or the folder of a training run.</source>
        <translation>请选择含有 adapter_config.json 的文件夹，或训练任务的文件夹。</translation>
    </message>
    <message>
        <source>The adapter at {path} is damaged: {detail}.</source>
        <translation>{path} 中的适配器已损坏：{detail}。</translation>
    </message>
    <message>
        <source>The model was not changed.</source>
        <translation>模型没有更改。</translation>
    </message>
    <message>
        <source>Copy or export the adapter again, or train once more.</source>
        <translation>请重新复制或导出该适配器，或再训练一次。</translation>
    </message>
    <message>
        <source>The adapter at {path} is of a kind that this version cannot use ({detail}).</source>
        <translation>此版本无法使用 {path} 中这种类型的适配器（{detail}）。</translation>
    </message>
    <message>
        <source>Nothing in it was run, and the model was not changed.</source>
        <translation>没有运行其中的任何内容，模型也没有更改。</translation>
    </message>
    <message>
        <source>Choose a plain LoRA adapter, or use the model without it.</source>
        <translation>请选择普通的 LoRA 适配器，或不使用适配器。</translation>
    </message>
    <message>
        <source>The adapter at {path} was made for “{base}” and does not fit “{model}”.</source>
        <translation>{path} 中的适配器是为“{base}”制作的，不适用于“{model}”。</translation>
    </message>
    <message>
        <source>Neither of them was changed.</source>
        <translation>两者都没有更改。</translation>
    </message>
    <message>
        <source>Load it with the model that it was made for.</source>
        <translation>请与它所对应的模型一起加载。</translation>
    </message>
    <message>
        <source>The model could not be prepared: {detail}</source>
        <translation>无法准备模型：{detail}</translation>
    </message>
    <message>
        <source>Nothing half-done was left behind.</source>
        <translation>没有留下未完成的内容。</translation>
    </message>
    <message>
        <source>Download the model again and try once more.</source>
        <translation>请重新下载模型后再试。</translation>
    </message>
    <message>
        <source>Preparing the model takes {needed} of disk space in {folder}, and {free} are free.</source>
        <translation>准备模型需要 {folder} 中有 {needed} 磁盘空间，而目前剩余 {free}。</translation>
    </message>
    <message>
        <source>Nothing was written, and nothing was lost.</source>
        <translation>没有写入任何内容，也没有丢失任何内容。</translation>
    </message>
    <message>
        <source>Free some space on this disk and try again.</source>
        <translation>请在此磁盘上释放一些空间后重试。</translation>
    </message>
    <message>
        <source>The process that runs the model ended: {detail}</source>
        <translation>运行模型的进程已结束：{detail}</translation>
    </message>
    <message>
        <source>Your conversations and the text written so far are kept.</source>
        <translation>您的对话和已写出的文本已保留。</translation>
    </message>
    <message>
        <source>Try again: the process starts anew with your next message.</source>
        <translation>请重试：进程会随您的下一条消息重新启动。</translation>
    </message>
    <message>
        <source>The system ended the process that runs the model ({detail}): the memory probably ran out.</source>
        <translation>系统结束了运行模型的进程（{detail}）：内存可能已用尽。</translation>
    </message>
    <message>
        <source>Close other programs, or load the model with fewer bits or a shorter context. The process starts anew with your next message.</source>
        <translation>请关闭其他程序，或以更少的位数或更短的上下文加载模型。进程会随您的下一条消息重新启动。</translation>
    </message>
    <message>
        <source>The process that runs the model stopped answering.</source>
        <translation>运行模型的进程没有响应。</translation>
    </message>
    <message>
        <source>The vocabulary of “{name}” is of a kind that this version cannot read: {detail}.</source>
        <translation>“{name}”的词表类型是此版本无法读取的：{detail}。</translation>
    </message>
    <message>
        <source>The model was not loaded, and its file was not changed.</source>
        <translation>模型没有加载，其文件没有改动。</translation>
    </message>
    <message>
        <source>llama.cpp could not run “{name}”: {detail}.</source>
        <translation>llama.cpp 无法运行“{name}”：{detail}。</translation>
    </message>
    <message>
        <source>Your message is kept, and the model's file was not changed.</source>
        <translation>您的消息已保留，模型文件没有改动。</translation>
    </message>
    <message>
        <source>Choose Transformers as the engine of this model, or download its file again.</source>
        <translation>请为此模型选择 Transformers 引擎，或重新下载其文件。</translation>
    </message>
    <message>
        <source>{engine}, which runs this model, cannot do this.</source>
        <translation>运行此模型的 {engine} 无法做到这一点。</translation>
    </message>
    <message>
        <source>Choose a model that another engine runs.</source>
        <translation>请选择由其他引擎运行的模型。</translation>
    </message>
    <message>
        <source>No usable GPU was found; whatever the weights are kept in, {name} computes in float32.</source>
        <translation>未找到可用的 GPU；无论权重以何种格式保存，{name} 都以 float32 计算。</translation>
    </message>
    <message>
        <source>This model's numbers are too large for float16, so float32 is used on {name}.</source>
        <translation>此模型的数值超出 float16 的范围，因此在 {name} 上使用 float32。</translation>
    </message>
    <message>
        <source>No model on this computer is called “{name}”.</source>
        <translation>这台电脑上没有名为“{name}”的模型。</translation>
    </message>
    <message>
        <source>Give the name of an installed model, a folder, a .gguf file, or “starter”.</source>
        <translation>请给出已安装模型的名称、文件夹、.gguf 文件，或“starter”。</translation>
    </message>
    <message>
        <source>The starter model is not on this computer yet.</source>
        <translation>这台电脑上还没有入门模型。</translation>
    </message>
    <message>
        <source>Fetch it on the welcome page, or with “desktop-llm models download starter”.</source>
        <translation>请在欢迎页下载，或运行“desktop-llm models download starter”。</translation>
    </message>
    <message>
        <source>The starter model could not be fetched: {detail}</source>
        <translation>无法下载入门模型：{detail}</translation>
    </message>
    <message>
        <source>Try again later, or choose a model that you have already.</source>
        <translation>请稍后重试，或选择您已有的模型。</translation>
    </message>
    <message>
        <source>The starter model arrived damaged.</source>
        <translation>下载的入门模型已损坏。</translation>
    </message>
    <message>
        <source>The damaged file was thrown away.</source>
        <translation>损坏的文件已丢弃。</translation>
    </message>
    <message>
        <source>Fetch it again.</source>
        <translation>请重新下载。</translation>
    </message>
    <message>
        <source>{host} cannot be reached.</source>
        <translation>无法连接 {host}。</translation>
    </message>
    <message>
        <source>Connect this computer to the internet and try again.</source>
        <translation>请将这台电脑连接到互联网后重试。</translation>
    </message>
    <message>
        <source>The model needs {needed} MB on the disk, and {free} MB are free in {folder}.</source>
        <translation>模型需要 {needed} MB 磁盘空间，而 {folder} 中只剩 {free} MB。</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>请释放一些空间后重试。</translation>
    </message>
    <message>
        <source>The folder {folder} cannot be used: {detail}.</source>
        <translation>无法使用文件夹 {folder}：{detail}。</translation>
    </message>
    <message>
        <source>Make the folder writable, or choose another data folder.</source>
        <translation>请让该文件夹可写，或选择其他数据文件夹。</translation>
    </message>
    <message>
        <source>The list of models in {folder} cannot be written: {detail}.</source>
        <translation>无法写入 {folder} 中的模型列表：{detail}。</translation>
    </message>
    <message>
        <source>The models themselves were not changed.</source>
        <translation>模型本身没有更改。</translation>
    </message>
    <message>
        <source>The model “{name}” could not be removed: {detail}.</source>
        <translation>无法移除模型“{name}”：{detail}。</translation>
    </message>
    <message>
        <source>Your other models were not touched.</source>
        <translation>您的其他模型没有受到影响。</translation>
    </message>
    <message>
        <source>Close the programs that use it, and try again.</source>
        <translation>请关闭正在使用它的程序，然后重试。</translation>
    </message>
    <message>
        <source>{path} is neither a folder nor a .gguf file.</source>
        <translation>{path} 既不是文件夹，也不是 .gguf 文件。</translation>
    </message>
    <message>
        <source>Nothing was copied or changed.</source>
        <translation>没有复制或更改任何内容。</translation>
    </message>
    <message>
        <source>Choose a folder with config.json and safetensors files, or a .gguf file.</source>
        <translation>请选择含有 config.json 和 safetensors 文件的文件夹，或 .gguf 文件。</translation>
    </message>
    <message>
        <source>{path} holds several models.</source>
        <translation>{path} 中有多个模型。</translation>
    </message>
    <message>
        <source>Choose one of its .gguf files.</source>
        <translation>请选择其中的一个 .gguf 文件。</translation>
    </message>
    <message>
        <source>{path} could not be read: {detail}.</source>
        <translation>无法读取 {path}：{detail}。</translation>
    </message>
    <message>
        <source>No file was changed or moved.</source>
        <translation>没有更改或移动任何文件。</translation>
    </message>
    <message>
        <source>See that the disk is connected and that you may read the file, and try again.</source>
        <translation>请确认磁盘已连接、您有权读取该文件，然后重试。</translation>
    </message>
    <message>
        <source>{path} could not be copied: {detail}.</source>
        <translation>无法复制 {path}：{detail}。</translation>
    </message>
    <message>
        <source>The original was not changed, and no half copy was kept.</source>
        <translation>原文件没有更改，也没有留下不完整的副本。</translation>
    </message>
    <message>
        <source>Check the disk, or take the model in without copying it.</source>
        <translation>请检查磁盘，或在原处使用模型而不复制。</translation>
    </message>
    <message>
        <source>Something went wrong inside the app.</source>
        <translation>应用内部出现了问题。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, please report it.</source>
        <translation>请重试。如果再次发生，请报告此问题。</translation>
    </message>
    <message>
        <source>Conversations cannot be saved: {path} cannot be written.</source>
        <translation>无法保存对话：{path} 不可写。</translation>
    </message>
    <message>
        <source>What was saved before is unchanged, and what you write stays in the window.</source>
        <translation>之前保存的内容没有变化，您写的内容会留在窗口中。</translation>
    </message>
    <message>
        <source>Make the folder writable or connect its disk again, then try again.</source>
        <translation>请让该文件夹可写或重新连接其磁盘，然后重试。</translation>
    </message>
    <message>
        <source>Conversations cannot be saved: the disk of {path} is full ({free} free).</source>
        <translation>无法保存对话：{path} 所在的磁盘已满（剩余 {free}）。</translation>
    </message>
    <message>
        <source>Free at least {needed} on this disk, then try again.</source>
        <translation>请在此磁盘上释放至少 {needed}，然后重试。</translation>
    </message>
    <message>
        <source>The file with your conversations is damaged.</source>
        <translation>保存对话的文件已损坏。</translation>
    </message>
    <message>
        <source>It was kept, unchanged, as {moved_to}. A new one was begun.</source>
        <translation>它已原样保留为 {moved_to}，并新建了一个文件。</translation>
    </message>
    <message>
        <source>What could be read of it is in the new one. See also the backups in the menu File.</source>
        <translation>能读出的内容已放入新文件。另请查看“文件”菜单中的备份。</translation>
    </message>
    <message>
        <source>A part of {path} cannot be read.</source>
        <translation>{path} 的一部分无法读取。</translation>
    </message>
    <message>
        <source>The file is left as it is. Other conversations may be whole.</source>
        <translation>文件保持原样。其他对话可能是完整的。</translation>
    </message>
    <message>
        <source>Copy what you need, then restart the app: it checks the file when it starts.</source>
        <translation>请复制您需要的内容，然后重启应用：它会在启动时检查该文件。</translation>
    </message>
    <message>
        <source>Your conversations were saved by a newer version of this app (format {found}, this version knows {known}).</source>
        <translation>您的对话由更新版本的应用保存（格式 {found}，此版本支持 {known}）。</translation>
    </message>
    <message>
        <source>They were not touched.</source>
        <translation>它们没有受到影响。</translation>
    </message>
    <message>
        <source>Install the newer version again to see them.</source>
        <translation>请重新安装较新的版本以查看它们。</translation>
    </message>
    <message>
        <source>Another program has {path} open.</source>
        <translation>另一个程序正在使用 {path}。</translation>
    </message>
    <message>
        <source>Close that program, then try again.</source>
        <translation>请关闭该程序，然后重试。</translation>
    </message>
    <message>
        <source>This message cannot be saved, because saving what comes before it failed.</source>
        <translation>无法保存此消息，因为它之前的内容保存失败。</translation>
    </message>
    <message>
        <source>It stays in the window until you close the app.</source>
        <translation>在您关闭应用之前，它会留在窗口中。</translation>
    </message>
    <message>
        <source>Copy it, then send the question again.</source>
        <translation>请复制它，然后重新发送问题。</translation>
    </message>
    <message>
        <source>The backup {path} is damaged.</source>
        <translation>备份 {path} 已损坏。</translation>
    </message>
    <message>
        <source>Your conversations are as they were.</source>
        <translation>您的对话保持原样。</translation>
    </message>
    <message>
        <source>Choose another backup.</source>
        <translation>请选择另一个备份。</translation>
    </message>
    <message>
        <source>This reply ended with an error ({kind}).</source>
        <translation>此回复因错误而结束（{kind}）。</translation>
    </message>
    <message>
        <source>This needs the internet, and you work offline.</source>
        <translation>此操作需要互联网，而目前处于离线模式。</translation>
    </message>
    <message>
        <source>Switch off “Work offline” in the settings, or leave out --offline.</source>
        <translation>请在设置中关闭“离线模式”，或去掉 --offline。</translation>
    </message>
    <message>
        <source>Nothing was lost, and your models still work offline.</source>
        <translation>没有丢失任何内容，您的模型仍可离线使用。</translation>
    </message>
    <message>
        <source>Check the connection to the internet, or set another hub address or a proxy.</source>
        <translation>请检查互联网连接，或设置其他模型中心地址或代理。</translation>
    </message>
    <message>
        <source>The proxy {proxy} did not let us through.</source>
        <translation>无法通过代理 {proxy} 连接。</translation>
    </message>
    <message>
        <source>Check the address of the proxy in the settings.</source>
        <translation>请检查设置中的代理地址。</translation>
    </message>
    <message>
        <source>{host} refused the request (HTTP {status}).</source>
        <translation>{host} 拒绝了请求（HTTP {status}）。</translation>
    </message>
    <message>
        <source>Try again later.</source>
        <translation>请稍后重试。</translation>
    </message>
    <message>
        <source>The hub asks for a pause: too many requests.</source>
        <translation>请求过多，模型中心要求稍候。</translation>
    </message>
    <message>
        <source>{host} answered, but not as a model hub does.</source>
        <translation>{host} 有响应，但不是模型中心应有的响应。</translation>
    </message>
    <message>
        <source>The answer was thrown away.</source>
        <translation>该响应已丢弃。</translation>
    </message>
    <message>
        <source>If this network has a login page, open it in a browser first. Otherwise check the hub address in the settings.</source>
        <translation>如果此网络有登录页面，请先在浏览器中打开。否则请检查设置中的模型中心地址。</translation>
    </message>
    <message>
        <source>There is no model “{repo}” on the hub, or it is private.</source>
        <translation>模型中心没有模型“{repo}”，或它是私有的。</translation>
    </message>
    <message>
        <source>“{repo}” is gated: its owner wants to be asked first.</source>
        <translation>“{repo}”受访问限制：需要先向其所有者申请。</translation>
    </message>
    <message>
        <source>“{repo}” was switched off by its owner or by the hub.</source>
        <translation>“{repo}”已被其所有者或模型中心停用。</translation>
    </message>
    <message>
        <source>Choose another model; copies that you have still work.</source>
        <translation>请选择其他模型；您已有的副本仍可使用。</translation>
    </message>
    <message>
        <source>“{repo}” has no version “{revision}” (any more).</source>
        <translation>“{repo}”没有（或不再有）版本“{revision}”。</translation>
    </message>
    <message>
        <source>Choose another version, such as “main”.</source>
        <translation>请选择其他版本，例如“main”。</translation>
    </message>
    <message>
        <source>“{repo}” has no file {path}.</source>
        <translation>“{repo}”中没有文件 {path}。</translation>
    </message>
    <message>
        <source>Open the model's page again to see what it has now.</source>
        <translation>请重新打开该模型的页面，查看它现有的文件。</translation>
    </message>
    <message>
        <source>The hub did not accept the token.</source>
        <translation>模型中心不接受此令牌。</translation>
    </message>
    <message>
        <source>It was sent to the official hub only.</source>
        <translation>它只发送到了官方模型中心。</translation>
    </message>
    <message>
        <source>Wait {seconds} seconds and try again. More is allowed with a token: menu Model ▸ Access token of the hub, or --token-stdin.</source>
        <translation>请等待 {seconds} 秒后重试。使用令牌可提高限额：菜单“模型 ▸ 模型中心访问令牌”，或 --token-stdin。</translation>
    </message>
    <message>
        <source>Check the name. For a private model, enter a token that may read it: menu Model ▸ Access token of the hub, or --token-stdin.</source>
        <translation>请检查名称。如果是私有模型，请输入有权读取它的令牌：菜单“模型 ▸ 模型中心访问令牌”，或 --token-stdin。</translation>
    </message>
    <message>
        <source>Ask for access on {url}, then enter a token of that account: menu Model ▸ Access token of the hub, or --token-stdin. Or choose a model that is open to all.</source>
        <translation>请在 {url} 申请访问权限，然后输入该账户的令牌：菜单“模型 ▸ 模型中心访问令牌”，或 --token-stdin。也可以选择对所有人开放的模型。</translation>
    </message>
    <message>
        <source>Make a new token with read access on the hub, and enter it: menu Model ▸ Access token of the hub, or --token-stdin.</source>
        <translation>请在模型中心创建具有读取权限的新令牌，然后输入：菜单“模型 ▸ 模型中心访问令牌”，或 --token-stdin。</translation>
    </message>
    <message>
        <source>The name “{name}” is not a safe one for a file.</source>
        <translation>“{name}”不是安全的文件名。</translation>
    </message>
    <message>
        <source>Nothing of it was written.</source>
        <translation>没有写入其中的任何内容。</translation>
    </message>
    <message>
        <source>Choose another model, and mistrust this one.</source>
        <translation>请选择其他模型，不要信任此模型。</translation>
    </message>
    <message>
        <source>“{repo}” is not fetched: {why}</source>
        <translation>不会下载“{repo}”：{why}</translation>
    </message>
    <message>
        <source>Choose another model. {instead}</source>
        <translation>请选择其他模型。{instead}</translation>
    </message>
    <message>
        <source>The file {file} of “{repo}” arrives damaged.</source>
        <translation>下载的“{repo}”文件 {file} 已损坏。</translation>
    </message>
    <message>
        <source>The damaged file was set aside and is not used.</source>
        <translation>损坏的文件已隔离，不会使用。</translation>
    </message>
    <message>
        <source>Try again later, or through another network.</source>
        <translation>请稍后重试，或换用其他网络。</translation>
    </message>
    <message>
        <source>The download of “{repo}” was cut off.</source>
        <translation>“{repo}”的下载中断了。</translation>
    </message>
    <message>
        <source>What has arrived is kept.</source>
        <translation>已下载的部分会保留。</translation>
    </message>
    <message>
        <source>Resume it when the connection is better.</source>
        <translation>请在网络好转后继续下载。</translation>
    </message>
    <message>
        <source>The download needs {needed} on the disk, and {free} are free in {folder}.</source>
        <translation>下载需要 {needed} 磁盘空间，而 {folder} 中剩余 {free}。</translation>
    </message>
    <message>
        <source>Free some space and try again, or choose a smaller model.</source>
        <translation>请释放一些空间后重试，或选择更小的模型。</translation>
    </message>
    <message>
        <source>The models in it were not changed.</source>
        <translation>其中的模型没有更改。</translation>
    </message>
    <message>
        <source>Make the folder writable or put it back, or set HF_HOME to another one.</source>
        <translation>请让该文件夹可写或将其放回原处，或将 HF_HOME 设为其他文件夹。</translation>
    </message>
    <message>
        <source>The process that speaks with the hub ended: {detail}</source>
        <translation>与模型中心通信的进程已结束：{detail}</translation>
    </message>
    <message>
        <source>What has arrived of a download is kept.</source>
        <translation>已下载的部分会保留。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>The process that speaks with the hub stopped answering.</source>
        <translation>与模型中心通信的进程没有响应。</translation>
    </message>
    <message>
        <source>It was ended; what has arrived of a download is kept.</source>
        <translation>它已被终止；已下载的部分会保留。</translation>
    </message>
    <message>
        <source>There is no model on this computer yet.</source>
        <translation>这台电脑上还没有模型。</translation>
    </message>
    <message>
        <source>Download the starter model first.</source>
        <translation>请先下载入门模型。</translation>
    </message>
    <message>
        <source>Desktop LLM is already running, but does not answer.</source>
        <translation>Desktop LLM 已在运行，但没有响应。</translation>
    </message>
    <message>
        <source>Your conversations are saved.</source>
        <translation>您的对话已保存。</translation>
    </message>
    <message>
        <source>Wait a moment and try again, or end the running Desktop LLM and start it anew.</source>
        <translation>请稍候重试，或结束正在运行的 Desktop LLM 后重新启动。</translation>
    </message>
    <message>
        <source>This data cannot be trained on: {problem}</source>
        <translation>无法用此数据训练：{problem}</translation>
    </message>
    <message>
        <source>Your files were not changed.</source>
        <translation>您的文件没有更改。</translation>
    </message>
    <message>
        <source>Look at it with “desktop-llm data check”, then choose with --task and --map.</source>
        <translation>请用“desktop-llm data check”检查数据，然后用 --task 和 --map 指定。</translation>
    </message>
    <message>
        <source>“{name}” sorts texts into classes and cannot write any.</source>
        <translation>“{name}”用于文本分类，不能生成文本。</translation>
    </message>
    <message>
        <source>Ask it with “desktop-llm predict”.</source>
        <translation>请用“desktop-llm predict”向它提问。</translation>
    </message>
    <message>
        <source>There is no training run “{name}”.</source>
        <translation>没有名为“{name}”的训练任务。</translation>
    </message>
    <message>
        <source>List the runs with “desktop-llm runs list”.</source>
        <translation>请用“desktop-llm runs list”列出训练任务。</translation>
    </message>
    <message>
        <source>The file was not changed.</source>
        <translation>文件没有更改。</translation>
    </message>
    <message>
        <source>There is no file {path}.</source>
        <translation>文件 {path} 不存在。</translation>
    </message>
    <message>
        <source>Check whether it was moved or renamed, and choose it again.</source>
        <translation>请检查它是否被移动或重命名，然后重新选择。</translation>
    </message>
    <message>
        <source>You are not permitted to read {path}.</source>
        <translation>您没有读取 {path} 的权限。</translation>
    </message>
    <message>
        <source>Change its permissions, or choose a copy that you may read.</source>
        <translation>请更改其权限，或选择您可以读取的副本。</translation>
    </message>
    <message>
        <source>{path} is not an ordinary file.</source>
        <translation>{path} 不是普通文件。</translation>
    </message>
    <message>
        <source>Nothing was read from it.</source>
        <translation>没有从中读取任何内容。</translation>
    </message>
    <message>
        <source>Choose a file with text in it.</source>
        <translation>请选择含有文本的文件。</translation>
    </message>
    <message>
        <source>{path} is empty.</source>
        <translation>{path} 是空的。</translation>
    </message>
    <message>
        <source>Check whether it was saved or copied whole.</source>
        <translation>请检查它是否已完整保存或复制。</translation>
    </message>
    <message>
        <source>{path} has {size} MB; at most {limit} MB are read.</source>
        <translation>{path} 的大小为 {size} MB，最多读取 {limit} MB。</translation>
    </message>
    <message>
        <source>Divide it into smaller files, or take a part of it.</source>
        <translation>请将其拆分为较小的文件，或只取其中一部分。</translation>
    </message>
    <message>
        <source>{path} cannot be read: {detail}.</source>
        <translation>无法读取 {path}：{detail}。</translation>
    </message>
    <message>
        <source>Copy it to another place on this computer and try again.</source>
        <translation>请将其复制到这台电脑上的其他位置后重试。</translation>
    </message>
    <message>
        <source>{path} does not hold text ({kind}).</source>
        <translation>{path} 的内容不是文本（{kind}）。</translation>
    </message>
    <message>
        <source>Nothing in it was opened or run.</source>
        <translation>没有打开或运行其中的任何内容。</translation>
    </message>
    <message>
        <source>Save its contents as text, for example as CSV or JSON Lines, and choose that file.</source>
        <translation>请将其内容另存为文本，例如 CSV 或 JSON Lines，然后选择该文件。</translation>
    </message>
    <message>
        <source>There are no conversations in {path} that can be read.</source>
        <translation>{path} 中没有可以读取的对话。</translation>
    </message>
    <message>
        <source>Choose a JSON file that this app, ChatGPT or Open WebUI has exported, or dialogues in the form of ShareGPT.</source>
        <translation>请选择由本应用、ChatGPT 或 Open WebUI 导出的 JSON 文件，或 ShareGPT 格式的对话。</translation>
    </message>
    <message>
        <source>{path} does not hold text that can be read ({kind}).</source>
        <translation>{path} 中没有可以读取的文字（{kind}）。</translation>
    </message>
    <message>
        <source>Choose a text, Markdown, PDF, Word (.docx), Excel (.xlsx), HTML, CSV or code file.</source>
        <translation>请选择文本、Markdown、PDF、Word (.docx)、Excel (.xlsx)、HTML、CSV 或代码文件。</translation>
    </message>
    <message>
        <source>{path} holds more than {limit} MB of text.</source>
        <translation>{path} 的文字超过 {limit} MB。</translation>
    </message>
    <message>
        <source>Choose the part of it that you need.</source>
        <translation>请只选择需要的部分。</translation>
    </message>
    <message>
        <source>Reading {path} took more than {seconds} seconds.</source>
        <translation>读取 {path} 用时超过 {seconds} 秒。</translation>
    </message>
    <message>
        <source>It was given up, and the file was not changed.</source>
        <translation>已放弃读取，文件未作更改。</translation>
    </message>
    <message>
        <source>Choose a part of it, or save it as plain text.</source>
        <translation>请选择其中一部分，或将其另存为纯文本。</translation>
    </message>
    <message>
        <source>{path} is damaged: it cannot be read as {kind}.</source>
        <translation>{path} 已损坏：无法作为 {kind} 读取。</translation>
    </message>
    <message>
        <source>Open it in the program that made it, save it again, and choose the new file.</source>
        <translation>请用创建它的程序打开并重新保存，然后选择新文件。</translation>
    </message>
    <message>
        <source>{path} is protected by a password.</source>
        <translation>{path} 受密码保护。</translation>
    </message>
    <message>
        <source>Save a copy without a password and choose that.</source>
        <translation>请另存一份不带密码的副本，再选择它。</translation>
    </message>
    <message>
        <source>{path} is in the old format of Word or Excel, or protected by a password.</source>
        <translation>{path} 是旧版 Word 或 Excel 格式，或受密码保护。</translation>
    </message>
    <message>
        <source>Save it as .docx or .xlsx without a password.</source>
        <translation>请另存为不带密码的 .docx 或 .xlsx。</translation>
    </message>
    <message>
        <source>{path} has {pages} pages, but no text: they are pictures, probably scanned.</source>
        <translation>{path} 有 {pages} 页，但没有文字：这些页是图片，可能是扫描件。</translation>
    </message>
    <message>
        <source>Run it through a program that recognises text (OCR), and choose what that saves.</source>
        <translation>请用文字识别（OCR）程序处理，再选择其保存的文件。</translation>
    </message>
    <message>
        <source>There is no text in {path}.</source>
        <translation>{path} 中没有文字。</translation>
    </message>
    <message>
        <source>{path} would unpack to more than {limit} MB.</source>
        <translation>{path} 解压后会超过 {limit} MB。</translation>
    </message>
    <message>
        <source>It was not unpacked.</source>
        <translation>没有解压。</translation>
    </message>
    <message>
        <source>If you trust it, open it in the program that made it and save its text.</source>
        <translation>如果您信任它，请用创建它的程序打开并保存其中的文字。</translation>
    </message>
    <message>
        <source>{path} could not be written: {detail}.</source>
        <translation>无法写入 {path}：{detail}。</translation>
    </message>
    <message>
        <source>Your conversations are unchanged, and nothing half-written was left behind.</source>
        <translation>您的对话没有改变，也没有留下写了一半的文件。</translation>
    </message>
    <message>
        <source>Free some space on the disk, or choose another folder.</source>
        <translation>请腾出一些磁盘空间，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>There is no answer in it that a model could learn from.</source>
        <translation>其中没有可供模型学习的回答。</translation>
    </message>
    <message>
        <source>No file was written.</source>
        <translation>没有写入文件。</translation>
    </message>
    <message>
        <source>Answers that you voted down count only with a better answer. Or choose others.</source>
        <translation>您点踩的回答只有写了更好的回答才算数。也可以选择其他对话。</translation>
    </message>
    <message>
        <source>The training was interrupted before its end.</source>
        <translation>训练在结束之前被中断。</translation>
    </message>
    <message>
        <source>Everything up to the last checkpoint is kept.</source>
        <translation>到最后一个检查点为止的内容都已保留。</translation>
    </message>
    <message>
        <source>Resume the run: it goes on from that checkpoint.</source>
        <translation>请继续训练：会从该检查点继续。</translation>
    </message>
    <message>
        <source>The training could not be started: {detail}</source>
        <translation>无法开始训练：{detail}</translation>
    </message>
    <message>
        <source>The run and its settings are kept in the list of runs.</source>
        <translation>该训练任务及其设置保留在训练任务列表中。</translation>
    </message>
    <message>
        <source>Close other programs, then resume the run.</source>
        <translation>请关闭其他程序，然后继续训练。</translation>
    </message>
    <message>
        <source>“{name}” is being trained, and only one run at a time makes good speed.</source>
        <translation>“{name}”正在训练；一次只进行一个训练任务才能保证速度。</translation>
    </message>
    <message>
        <source>It goes on undisturbed.</source>
        <translation>它会不受影响地继续。</translation>
    </message>
    <message>
        <source>Wait for its end, or stop it first.</source>
        <translation>请等待其结束，或先将其停止。</translation>
    </message>
    <message>
        <source>“{name}” is being trained and cannot be deleted now.</source>
        <translation>“{name}”正在训练，现在无法删除。</translation>
    </message>
    <message>
        <source>Stop it first.</source>
        <translation>请先将其停止。</translation>
    </message>
    <message>
        <source>{path} has no column “{column}”. It has: {columns}.</source>
        <translation>{path} 中没有“{column}”列。其中有：{columns}。</translation>
    </message>
    <message>
        <source>Choose one of its columns.</source>
        <translation>请选择其中的一列。</translation>
    </message>
    <message>
        <source>{path} has {columns} columns; at most {limit} are read.</source>
        <translation>{path} 有 {columns} 列，最多读取 {limit} 列。</translation>
    </message>
    <message>
        <source>Keep only the columns that are for training.</source>
        <translation>请只保留用于训练的列。</translation>
    </message>
    <message>
        <source>{path} is damaged, or was not copied whole.</source>
        <translation>{path} 已损坏，或没有复制完整。</translation>
    </message>
    <message>
        <source>Fetch or export it again.</source>
        <translation>请重新下载或导出。</translation>
    </message>
    <message>
        <source>The records in {path} do not fit into memory.</source>
        <translation>{path} 中的记录太大，内存容纳不下。</translation>
    </message>
    <message>
        <source>Export it with smaller records, or as JSON Lines.</source>
        <translation>请导出为较小的记录，或导出为 JSON Lines。</translation>
    </message>
    <message>
        <source>There is no data file in {path}.</source>
        <translation>{path} 中没有数据文件。</translation>
    </message>
    <message>
        <source>Choose JSON, JSON Lines, CSV, TSV, Parquet, text or Markdown files.</source>
        <translation>请选择 JSON、JSON Lines、CSV、TSV、Parquet、文本或 Markdown 文件。</translation>
    </message>
    <message>
        <source>{path} holds more than {limit} files.</source>
        <translation>{path} 中的文件超过 {limit} 个。</translation>
    </message>
    <message>
        <source>Choose a smaller folder, or put the rows into fewer files.</source>
        <translation>请选择较小的文件夹，或将数据放入较少的文件中。</translation>
    </message>
    <message>
        <source>This line is not valid JSON.</source>
        <translation>这一行不是有效的 JSON。</translation>
    </message>
    <message>
        <source>The JSON is broken here. The rest of the file was not read.</source>
        <translation>JSON 在此处损坏。文件的其余部分没有读取。</translation>
    </message>
    <message>
        <source>This list does not hold records. The rest of the file was not read.</source>
        <translation>此列表中不是记录。文件的其余部分没有读取。</translation>
    </message>
    <message>
        <source>The JSON is nested too deeply.</source>
        <translation>JSON 嵌套过深。</translation>
    </message>
    <message>
        <source>This is not a record with named fields.</source>
        <translation>这不是带有命名字段的记录。</translation>
    </message>
    <message>
        <source>It is longer than {limit} characters.</source>
        <translation>长度超过 {limit} 个字符。</translation>
    </message>
    <message>
        <source>It has more than {limit} columns.</source>
        <translation>超过 {limit} 列。</translation>
    </message>
    <message>
        <source>The row has another number of cells ({found}) than the heading ({expected}).</source>
        <translation>此行的单元格数（{found}）与表头（{expected}）不一致。</translation>
    </message>
    <message>
        <source>A quotation mark is opened and never closed.</source>
        <translation>引号没有闭合。</translation>
    </message>
    <message>
        <source>The token in line {line} has {found} columns where others have {expected}.</source>
        <translation>第 {line} 行有 {found} 列，而其他行有 {expected} 列。</translation>
    </message>
    <message>
        <source>It is not known which columns hold what this task needs.</source>
        <translation>不清楚哪些列含有此任务类型所需的内容。</translation>
    </message>
    <message>
        <source>The column “{column}” is missing.</source>
        <translation>缺少“{column}”列。</translation>
    </message>
    <message>
        <source>“{column}” is not text.</source>
        <translation>“{column}”不是文本。</translation>
    </message>
    <message>
        <source>“{column}” is neither a word nor a whole number.</source>
        <translation>“{column}”既不是词语，也不是整数。</translation>
    </message>
    <message>
        <source>The label is longer than {limit} characters.</source>
        <translation>标签超过 {limit} 个字符。</translation>
    </message>
    <message>
        <source>The label is missing.</source>
        <translation>缺少标签。</translation>
    </message>
    <message>
        <source>The text is empty.</source>
        <translation>文本为空。</translation>
    </message>
    <message>
        <source>The question is empty.</source>
        <translation>问题为空。</translation>
    </message>
    <message>
        <source>The answer is empty.</source>
        <translation>回答为空。</translation>
    </message>
    <message>
        <source>Message {number} is empty.</source>
        <translation>第 {number} 条消息为空。</translation>
    </message>
    <message>
        <source>It holds NUL bytes.</source>
        <translation>含有 NUL 字节。</translation>
    </message>
    <message>
        <source>Some of its bytes are not valid in the file's encoding.</source>
        <translation>部分字节不符合文件的编码。</translation>
    </message>
    <message>
        <source>“{column}” is not a list of messages.</source>
        <translation>“{column}”不是消息列表。</translation>
    </message>
    <message>
        <source>Message {number} has no role and no text.</source>
        <translation>第 {number} 条消息没有角色和文本。</translation>
    </message>
    <message>
        <source>Message {number} is by “{role}”; only system, user and assistant can be learned.</source>
        <translation>第 {number} 条消息的角色是“{role}”；只支持 system、user 和 assistant。</translation>
    </message>
    <message>
        <source>Message {number} holds something else than text.</source>
        <translation>第 {number} 条消息含有文本以外的内容。</translation>
    </message>
    <message>
        <source>Message {number} is out of order: user and assistant must take turns.</source>
        <translation>第 {number} 条消息顺序有误：user 和 assistant 必须交替出现。</translation>
    </message>
    <message>
        <source>There is no message by the assistant.</source>
        <translation>没有 assistant 的消息。</translation>
    </message>
    <message>
        <source>The dialogue does not end with an answer.</source>
        <translation>对话没有以回答结束。</translation>
    </message>
    <message>
        <source>No file has been chosen.</source>
        <translation>没有选择文件。</translation>
    </message>
    <message>
        <source>{file} holds preferred and rejected answers. Learning from preferences is not offered here; choose a file with questions and answers.</source>
        <translation>{file} 含有偏好与拒绝的回答。此处不支持偏好学习，请选择含有问题和回答的文件。</translation>
    </message>
    <message>
        <source>{file} holds words with tags. Tagging words is not offered here; choose a file with questions and answers, with texts, or with texts and labels.</source>
        <translation>{file} 含有带标注的词。此处不支持词语标注，请选择含有问答、纯文本或带标签文本的文件。</translation>
    </message>
    <message>
        <source>It is not clear what the columns of {file} are for. Choose a task, then its columns.</source>
        <translation>不清楚 {file} 中各列的用途。请先选择任务类型，再选择列。</translation>
    </message>
    <message>
        <source>{file} has no row that can be read.</source>
        <translation>{file} 中没有可读取的数据。</translation>
    </message>
    <message>
        <source>Choose which columns of {file} hold the question and the answer.</source>
        <translation>请选择 {file} 中哪些列是问题和回答。</translation>
    </message>
    <message>
        <source>Choose which column of {file} holds the text.</source>
        <translation>请选择 {file} 中哪一列是文本。</translation>
    </message>
    <message>
        <source>Choose which columns of {file} hold the text and its label.</source>
        <translation>请选择 {file} 中哪些列是文本及其标签。</translation>
    </message>
    <message>
        <source>“{first}” and “{second}” are for different tasks. Choose the task, or use them one at a time.</source>
        <translation>“{first}”和“{second}”适用于不同的任务类型。请选择任务类型，或分别使用它们。</translation>
    </message>
    <message>
        <source>No row can be used for training.</source>
        <translation>没有可用于训练的数据。</translation>
    </message>
    <message>
        <source>No row of the evaluation files can be used.</source>
        <translation>验证文件中没有可用的数据。</translation>
    </message>
    <message>
        <source>All usable rows are alike ({rows}). At least two different ones are needed: to learn from, and to judge the result by.</source>
        <translation>所有可用的数据（{rows} 条）都相同。至少需要两条不同的数据：一条用于学习，一条用于检验结果。</translation>
    </message>
    <message>
        <source>No row can be held out to judge the result by: each label has one row only.</source>
        <translation>无法留出数据来检验结果：每个标签只有一条数据。</translation>
    </message>
    <message>
        <source>There is only one label, “{label}”; at least two are needed.</source>
        <translation>只有一个标签“{label}”，至少需要两个。</translation>
    </message>
    <message>
        <source>There are {labels} different labels; at most {limit} can be told apart. Is the right column chosen?</source>
        <translation>共有 {labels} 个不同的标签，最多只能区分 {limit} 个。选对列了吗？</translation>
    </message>
    <message>
        <source>These labels are in the evaluation part only, and could not be learned: {labels}.</source>
        <translation>以下标签只出现在验证数据中，无法学习：{labels}。</translation>
    </message>
    <message>
        <source>The JSON in {file} is broken in line {line}; what comes after it was not read.</source>
        <translation>{file} 的 JSON 在第 {line} 行损坏；其后的内容没有读取。</translation>
    </message>
    <message>
        <source>There are placeholders without a value: {names}. The model would learn them as they are.</source>
        <translation>有占位符没有填写：{names}。模型会照原样学习它们。</translation>
    </message>
    <message>
        <source>Rows that repeat another row: {rows}.</source>
        <translation>重复的数据：{rows} 条。</translation>
    </message>
    <message>
        <source>Rows of the evaluation files that are trained on too: {rows}. They make the result look better than it is.</source>
        <translation>验证文件中也用于训练的数据：{rows} 条。它们会让结果看起来比实际更好。</translation>
    </message>
    <message>
        <source>There are few rows to learn from ({rows}); 50 or more give better results.</source>
        <translation>用于学习的数据较少（{rows} 条）；50 条以上效果更好。</translation>
    </message>
    <message>
        <source>The result is judged by few rows ({rows}); take its figures as rough.</source>
        <translation>用于检验结果的数据较少（{rows} 条），其数值仅供参考。</translation>
    </message>
    <message>
        <source>“{common}” has {many} rows and “{rare}” only {few}: the model may neglect the rare label.</source>
        <translation>“{common}”有 {many} 条数据，而“{rare}”只有 {few} 条：模型可能会忽视少见的标签。</translation>
    </message>
    <message>
        <source>The training run at {path} cannot be read.</source>
        <translation>无法读取 {path} 中的训练任务。</translation>
    </message>
    <message>
        <source>Nothing in its folder was changed.</source>
        <translation>其文件夹中的内容没有更改。</translation>
    </message>
    <message>
        <source>Start a new run with the same data.</source>
        <translation>请用相同的数据开始新的训练任务。</translation>
    </message>
    <message>
        <source>The folder of this run is gone: {path}</source>
        <translation>此训练任务的文件夹已不存在：{path}</translation>
    </message>
    <message>
        <source>The training was ended; models and data were not touched.</source>
        <translation>训练已结束；模型和数据没有受到影响。</translation>
    </message>
    <message>
        <source>Put the folder back and resume, or start the run again.</source>
        <translation>请放回该文件夹后继续训练，或重新开始训练。</translation>
    </message>
    <message>
        <source>The folder {path} is not empty.</source>
        <translation>文件夹 {path} 不是空的。</translation>
    </message>
    <message>
        <source>Nothing in it was changed.</source>
        <translation>其中的内容没有更改。</translation>
    </message>
    <message>
        <source>Choose a new folder for the run.</source>
        <translation>请为训练任务选择新的文件夹。</translation>
    </message>
    <message>
        <source>The training run at {path} cannot be written.</source>
        <translation>无法写入 {path} 中的训练任务。</translation>
    </message>
    <message>
        <source>What was saved before is unchanged.</source>
        <translation>之前保存的内容没有变化。</translation>
    </message>
    <message>
        <source>Make the folder writable, then resume the run.</source>
        <translation>请让该文件夹可写，然后继续训练。</translation>
    </message>
    <message>
        <source>The training run cannot be saved: the disk of {path} is full ({free} free).</source>
        <translation>无法保存训练任务：{path} 所在的磁盘已满（剩余 {free}）。</translation>
    </message>
    <message>
        <source>The checkpoints saved before are kept.</source>
        <translation>之前保存的检查点都已保留。</translation>
    </message>
    <message>
        <source>Free some space on this disk, then resume the run.</source>
        <translation>请在此磁盘上释放一些空间，然后继续训练。</translation>
    </message>
    <message>
        <source>This run is being trained already (process {pid}).</source>
        <translation>此训练任务已在进行（进程 {pid}）。</translation>
    </message>
    <message>
        <source>Wait for it, or stop it first.</source>
        <translation>请等待其结束，或先将其停止。</translation>
    </message>
    <message>
        <source>The training went wrong at step {step}: the loss grew out of all bounds ({loss}).</source>
        <translation>训练在第 {step} 步出错：损失发散（{loss}）。</translation>
    </message>
    <message>
        <source>The best checkpoint before that is kept.</source>
        <translation>此前最佳的检查点已保留。</translation>
    </message>
    <message>
        <source>Run it again with a smaller learning rate: {rate} was too large.</source>
        <translation>请用更小的学习率重新训练：{rate} 太大了。</translation>
    </message>
    <message>
        <source>The memory ran out at step {step}.</source>
        <translation>内存在第 {step} 步耗尽。</translation>
    </message>
    <message>
        <source>Close other programs and resume, or train with LoRA and a shorter maximum length.</source>
        <translation>请关闭其他程序后继续训练，或改用 LoRA 和更短的最大长度。</translation>
    </message>
    <message>
        <source>There is nothing to learn in this data: no row is left.</source>
        <translation>此数据中没有可学习的内容：没有剩余的数据。</translation>
    </message>
    <message>
        <source>Check the columns of the data, and the maximum length, then start again.</source>
        <translation>请检查数据的列和最大长度，然后重新开始。</translation>
    </message>
    <message>
        <source>The training ended unexpectedly: {detail}</source>
        <translation>训练意外结束：{detail}</translation>
    </message>
    <message>
        <source>Resume the run. If it happens again, please report it.</source>
        <translation>请继续训练。如果再次发生，请报告此问题。</translation>
    </message>
    <message>
        <source>The model “{name}” reads texts but cannot write any ({architecture}).</source>
        <translation>模型“{name}”只能读取文本，不能生成文本（{architecture}）。</translation>
    </message>
    <message>
        <source>Nothing was trained, and the model was not changed.</source>
        <translation>没有进行训练，模型也没有更改。</translation>
    </message>
    <message>
        <source>Choose a model that writes, such as the starter model, or the task that sorts texts.</source>
        <translation>请选择能生成文本的模型，例如入门模型，或选择“文本分类”任务。</translation>
    </message>
    <message>
        <source>The model “{name}” is compressed ({method}) and cannot be trained.</source>
        <translation>模型“{name}”经过压缩（{method}），无法训练。</translation>
    </message>
    <message>
        <source>Choose the same model in its original form.</source>
        <translation>请选择同一模型的原始版本。</translation>
    </message>
    <message>
        <source>“{name}” is an adapter on another model and cannot be the base of a new run.</source>
        <translation>“{name}”是另一个模型的适配器，不能作为新训练任务的基座。</translation>
    </message>
    <message>
        <source>Nothing was trained, and the adapter was not changed.</source>
        <translation>没有进行训练，适配器也没有更改。</translation>
    </message>
    <message>
        <source>Choose the model below it, and train with the data of both runs.</source>
        <translation>请选择它所基于的模型，并用两次训练的数据一起训练。</translation>
    </message>
    <message>
        <source>There is no row in this data to judge the model by.</source>
        <translation>此数据中没有可用来评估模型的内容。</translation>
    </message>
    <message>
        <source>The model and your files were not changed.</source>
        <translation>模型和您的文件没有更改。</translation>
    </message>
    <message>
        <source>Check the columns of the data, and the maximum length.</source>
        <translation>请检查数据的列和最大长度。</translation>
    </message>
    <message>
        <source>The classifier knows the labels {known}, and the data has others: {unknown}.</source>
        <translation>分类器认识的标签是 {known}，而数据中还有：{unknown}。</translation>
    </message>
    <message>
        <source>Choose data with the same labels, or train with this data.</source>
        <translation>请选择标签相同的数据，或用此数据训练。</translation>
    </message>
    <message>
        <source>The model “{name}” cannot sort texts: it has no labels.</source>
        <translation>模型“{name}”不能给文本分类：它没有标签。</translation>
    </message>
    <message>
        <source>Choose the result of a classification run.</source>
        <translation>请选择分类训练任务的结果。</translation>
    </message>
    <message>
        <source>The run “{name}” has no result.</source>
        <translation>训练任务“{name}”没有结果。</translation>
    </message>
    <message>
        <source>The run was not changed.</source>
        <translation>训练任务没有更改。</translation>
    </message>
    <message>
        <source>Resume it, or wait until it has finished.</source>
        <translation>请继续训练，或等待其完成。</translation>
    </message>
    <message>
        <source>There are files already in {path}.</source>
        <translation>{path} 中已有文件。</translation>
    </message>
    <message>
        <source>They were not touched, and nothing was exported.</source>
        <translation>它们没有受到影响，也没有导出任何内容。</translation>
    </message>
    <message>
        <source>Choose a folder that is empty or not there yet.</source>
        <translation>请选择空文件夹或尚不存在的文件夹。</translation>
    </message>
    <message>
        <source>The result could not be exported to {path}: {detail}.</source>
        <translation>无法将结果导出到 {path}：{detail}。</translation>
    </message>
    <message>
        <source>The run keeps its result, and nothing half-done was left.</source>
        <translation>训练任务的结果仍在，没有留下未完成的内容。</translation>
    </message>
    <message>
        <source>Choose another folder or free some space, and try again.</source>
        <translation>请选择其他文件夹或释放一些空间，然后重试。</translation>
    </message>
    <message>
        <source>No rows were held out, so that nobody can say whether the result is any better.</source>
        <translation>没有留作验证的数据，因此无法判断结果是否更好。</translation>
    </message>
    <message>
        <source>Some of the trained weights are not finite numbers: the result cannot be used.</source>
        <translation>部分训练后的权重不是有限数值：结果无法使用。</translation>
    </message>
    <message>
        <source>The training changed nothing in what the model answers.</source>
        <translation>训练没有改变模型的回答。</translation>
    </message>
    <message>
        <source>On rows that it was not trained on, the result is no better than the base: loss {tuned} against {base}.</source>
        <translation>在未参与训练的数据上，结果并不优于基座模型：损失 {tuned}，基座为 {base}。</translation>
    </message>
    <message>
        <source>On rows that it was not trained on, the result is no better than always saying the most frequent label: accuracy {tuned} against {base}.</source>
        <translation>在未参与训练的数据上，结果并不优于始终给出最常见的标签：准确率 {tuned}，对照为 {base}。</translation>
    </message>
    <message>
        <source>The warm-up is {warmup} steps in place of {wanted}, because the whole run has only {steps}.</source>
        <translation>预热由 {wanted} 步改为 {warmup} 步，因为整个训练只有 {steps} 步。</translation>
    </message>
    <message>
        <source>Quick</source>
        <translation>快速</translation>
    </message>
    <message>
        <source>A third of the time: to see whether it goes anywhere.</source>
        <translation>只用三分之一的时间：看看是否可行。</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>均衡</translation>
    </message>
    <message>
        <source>Enough for most data. Start with this one.</source>
        <translation>适合大多数数据，建议先用它。</translation>
    </message>
    <message>
        <source>Thorough</source>
        <translation>充分</translation>
    </message>
    <message>
        <source>Up to three times as long, in smaller steps. It stops by itself when there is nothing more to gain.</source>
        <translation>最多三倍的时间，步幅更小。不再有提升时会自动停止。</translation>
    </message>
    <message>
        <source>As in the article</source>
        <translation>教程参数</translation>
    </message>
    <message>
        <source>The numbers that tutorials give for BERT: 3 epochs, batches of 16 and 64, 500 warm-up steps, weight decay 0.01, all weights trained.</source>
        <translation>教程中为 BERT 给出的参数：3 轮，批大小 16 和 64，预热 500 步，权重衰减 0.01，训练全部权重。</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>步</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>条</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Epochs</source>
        <translation>训练轮数</translation>
    </message>
    <message>
        <source>How often each row is read. More: learned more firmly, but from some point on by heart instead of in general. Fewer: faster, and perhaps not learned.</source>
        <translation>每条数据被读取的次数。更多：学得更牢，但到一定程度后会变成死记硬背。更少：更快，但可能没有学会。</translation>
    </message>
    <message>
        <source>passes</source>
        <translation>轮</translation>
    </message>
    <message>
        <source>Steps at most</source>
        <translation>最大步数</translation>
    </message>
    <message>
        <source>Ends the run after so many changes of the weights, whatever the epochs say. The learning rate falls to its end by then.</source>
        <translation>权重更新这么多次后结束训练，不论轮数多少。学习率会在此之前降到终值。</translation>
    </message>
    <message>
        <source>As many as the epochs make</source>
        <translation>由轮数决定</translation>
    </message>
    <message>
        <source>Length at most</source>
        <translation>最大长度</translation>
    </message>
    <message>
        <source>Longer rows are cut off at the end. More: nothing is lost, but memory and time grow. Fewer: faster, and the ends of long rows are never seen.</source>
        <translation>超过此长度的数据会截去末尾。更大：不会丢失内容，但占用更多内存和时间。更小：更快，但永远看不到长数据的末尾。</translation>
    </message>
    <message>
        <source>Learning rate</source>
        <translation>学习率</translation>
    </message>
    <message>
        <source>How far the weights move in a step. Higher: learns faster, and forgets or breaks down if too high. Lower: safer and slower. Change it by a factor of two or three.</source>
        <translation>每一步权重变化的幅度。更高：学得更快，但过高会遗忘或崩溃。更低：更稳、更慢。建议每次调整两到三倍。</translation>
    </message>
    <message>
        <source>Method</source>
        <translation>方法</translation>
    </message>
    <message>
        <source>An adapter is a small addition to a model that stays as it is: it takes little memory and disk, and forgets little. Training all weights takes about four times the model's memory and can change it more deeply.</source>
        <translation>适配器是附加在原模型上的小模块，原模型保持不变：占用内存和磁盘少，遗忘也少。训练全部权重约需模型四倍的内存，但能更深入地改变模型。</translation>
    </message>
    <message>
        <source>Adapter (LoRA)</source>
        <translation>适配器（LoRA）</translation>
    </message>
    <message>
        <source>All weights</source>
        <translation>全部权重</translation>
    </message>
    <message>
        <source>Adapter rank</source>
        <translation>适配器秩</translation>
    </message>
    <message>
        <source>How much the adapter can hold. Higher: learns more different things, needs more memory, and a larger file. Lower: enough for a style or a few facts.</source>
        <translation>适配器的容量。更高：能学习更多样的内容，但需要更多内存，文件也更大。更低：足以学会一种风格或少量事实。</translation>
    </message>
    <message>
        <source>Adapter strength</source>
        <translation>适配器强度</translation>
    </message>
    <message>
        <source>How strongly the adapter speaks, divided by its rank; usually twice the rank. Higher acts like a higher learning rate, lower like a lower one.</source>
        <translation>适配器的作用强度，会除以它的秩；通常取秩的两倍。更高相当于提高学习率，更低相当于降低学习率。</translation>
    </message>
    <message>
        <source>Adapter dropout</source>
        <translation>适配器丢弃率</translation>
    </message>
    <message>
        <source>The share of the adapter's input that is left out at random. Higher: learns less by heart from small data, and more slowly. 0 is usual for short runs.</source>
        <translation>随机丢弃的适配器输入比例。更高：数据少时不易死记硬背，但学得更慢。短时间训练通常为 0。</translation>
    </message>
    <message>
        <source>Rows per step</source>
        <translation>每步条数</translation>
    </message>
    <message>
        <source>Rows that are read before the weights move. More: calmer and fewer steps. Fewer: more steps from the same data, and more noise. It does not change the memory needed: what does not fit at once is done in parts.</source>
        <translation>每次更新权重前读取的数据条数。更多：每步更平稳，步数更少。更少：同样的数据步数更多，噪声也更大。不影响所需内存：一次放不下的会分批完成。</translation>
    </message>
    <message>
        <source>Course of the rate</source>
        <translation>学习率变化</translation>
    </message>
    <message>
        <source>How the learning rate goes on after the warm-up. Falling ones settle at the end; a constant one suits runs that are to be continued.</source>
        <translation>预热之后学习率如何变化。下降的方式在最后趋于稳定；恒定的方式适合以后还要接着训练的情况。</translation>
    </message>
    <message>
        <source>Falls slowly, then faster (cosine)</source>
        <translation>先慢后快地下降（余弦）</translation>
    </message>
    <message>
        <source>Falls evenly (linear)</source>
        <translation>均匀下降（线性）</translation>
    </message>
    <message>
        <source>Stays (constant)</source>
        <translation>保持不变（恒定）</translation>
    </message>
    <message>
        <source>Warm-up</source>
        <translation>预热</translation>
    </message>
    <message>
        <source>Steps in which the rate rises from nothing. More: a gentler start. Fewer: more of the run at full rate, with the risk of a jump at the start.</source>
        <translation>学习率从零上升所用的步数。更多：起步更平缓。更少：更多步使用完整学习率，但开头可能出现突变。</translation>
    </message>
    <message>
        <source>Weight decay</source>
        <translation>权重衰减</translation>
    </message>
    <message>
        <source>Pulls the weights a little towards zero in each step. Higher: learns less by heart, and may learn too little. 0.01 is usual when all weights are trained.</source>
        <translation>每一步把权重略微拉向零。更高：不易死记硬背，但可能学得太少。训练全部权重时通常为 0.01。</translation>
    </message>
    <message>
        <source>Gradient limit</source>
        <translation>梯度上限</translation>
    </message>
    <message>
        <source>A step that would be larger than this is shortened. Lower: odd rows do less harm. Higher: the steps are taken as they come.</source>
        <translation>梯度超过此值时会被裁剪。更低：异常数据的影响更小。更高：基本不作裁剪。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>The same number gives the same order of rows and the same beginning, so that runs can be compared. Another number gives another try.</source>
        <translation>数字相同，数据顺序和初始状态就相同，便于比较不同的训练任务。换一个数字就是另一次尝试。</translation>
    </message>
    <message>
        <source>Evaluate every</source>
        <translation>评估间隔</translation>
    </message>
    <message>
        <source>How often the model is judged on the rows that were held out, and saved. More often: the best moment is met more closely. Less often: less time is spent on it.</source>
        <translation>每隔多少步用留作验证的数据评估并保存模型。间隔越短，越接近最佳时刻；间隔越长，花费的时间越少。</translation>
    </message>
    <message>
        <source>About eight times in a run</source>
        <translation>每次训练约八次</translation>
    </message>
    <message>
        <source>Rows per evaluation batch</source>
        <translation>评估批条数</translation>
    </message>
    <message>
        <source>Rows that are judged at once. More: sometimes faster, and more memory. It does not change the result.</source>
        <translation>一次评估的数据条数。更多：有时更快，但占用更多内存。不影响结果。</translation>
    </message>
    <message>
        <source>Patience</source>
        <translation>早停耐心</translation>
    </message>
    <message>
        <source>Evaluations without an improvement after which the run ends; the best state is kept. Higher: waits longer for another improvement. Lower: saves time.</source>
        <translation>连续多少次评估没有提升就结束训练；保留最佳状态。更高：等待下一次提升的时间更长。更低：节省时间。</translation>
    </message>
    <message>
        <source>evaluations</source>
        <translation>次评估</translation>
    </message>
    <message>
        <source>Never stop early</source>
        <translation>不早停</translation>
    </message>
    <message>
        <source>Checkpoints kept</source>
        <translation>保留检查点数</translation>
    </message>
    <message>
        <source>Saved states that stay on disk, beside the best one. More: safer, and more disk space. The older ones are removed.</source>
        <translation>除最佳检查点外，保留在磁盘上的检查点数。更多：更安全，但占用更多磁盘空间。较旧的会被删除。</translation>
    </message>
    <message>
        <source>Sample prompts</source>
        <translation>示例提示词</translation>
    </message>
    <message>
        <source>Questions that the model answers at the start and at each evaluation, one in each line, so that you can see it learn. Empty: two from the held-out rows.</source>
        <translation>模型在开始时和每次评估时回答的问题，每行一个，以便您看到学习过程。留空：从验证数据中取两个。</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Where the arithmetic is done. Automatic takes the fastest that works.</source>
        <translation>在哪里计算。“自动”选用可用的最快设备。</translation>
    </message>
    <message>
        <source>NVIDIA GPU (CUDA)</source>
        <translation>NVIDIA GPU（CUDA）</translation>
    </message>
    <message>
        <source>Apple GPU (MPS)</source>
        <translation>Apple GPU（MPS）</translation>
    </message>
    <message>
        <source>Processor (CPU)</source>
        <translation>处理器（CPU）</translation>
    </message>
    <message>
        <source>Automatic uses bfloat16 for the large products where that is faster here. float32 is the most exact.</source>
        <translation>在这台电脑上 bfloat16 更快时，“自动”会用它计算大型矩阵乘法。float32 最精确。</translation>
    </message>
    <message>
        <source>More than the machine has real cores makes it slower. Fewer: slower, and the computer stays free for other work.</source>
        <translation>超过电脑的物理核心数反而更慢。更少：更慢，但电脑能腾出来做其他事。</translation>
    </message>
    <message>
        <source>threads</source>
        <translation>个线程</translation>
    </message>
    <message>
        <source>One for each real core</source>
        <translation>每个物理核心一个</translation>
    </message>
    <message>
        <source>Conversation</source>
        <translation>对话</translation>
    </message>
    <message>
        <source>A list of turns, each with who speaks and what is said.</source>
        <translation>消息列表，每条包含说话者和内容。</translation>
    </message>
    <message>
        <source>Translate</source>
        <translation>翻译</translation>
    </message>
    <message>
        <source>Put a text into another language.</source>
        <translation>把文字译成另一种语言。</translation>
    </message>
    <message>
        <source>From</source>
        <translation>原文语言</translation>
    </message>
    <message>
        <source>The language of the text.</source>
        <translation>文字所用的语言。</translation>
    </message>
    <message>
        <source>Into</source>
        <translation>译成</translation>
    </message>
    <message>
        <source>Choose a language, or write the name of another.</source>
        <translation>选择一种语言，或写下其他语言的名称。</translation>
    </message>
    <message>
        <source>Summarise</source>
        <translation>概括</translation>
    </message>
    <message>
        <source>Say in short what a long text says.</source>
        <translation>用简短的话说出长文的内容。</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Short</source>
        <translation>短</translation>
    </message>
    <message>
        <source>Medium</source>
        <translation>中</translation>
    </message>
    <message>
        <source>Long</source>
        <translation>长</translation>
    </message>
    <message>
        <source>Style</source>
        <translation>形式</translation>
    </message>
    <message>
        <source>A paragraph</source>
        <translation>一段话</translation>
    </message>
    <message>
        <source>Bullet points</source>
        <translation>要点列表</translation>
    </message>
    <message>
        <source>Ask about a text</source>
        <translation>就文提问</translation>
    </message>
    <message>
        <source>Get an answer from a text, and from nothing else.</source>
        <translation>只依据所给文字回答问题。</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>Sentiment</source>
        <translation>情感判断</translation>
    </message>
    <message>
        <source>Is a text positive, negative or neutral, and how much?</source>
        <translation>文字是正面、负面还是中性，程度如何？</translation>
    </message>
    <message>
        <source>Rewrite</source>
        <translation>改写</translation>
    </message>
    <message>
        <source>Say the same shorter, simpler, or in another tone.</source>
        <translation>用更短、更简单或其他语气说同样的内容。</translation>
    </message>
    <message>
        <source>Aim</source>
        <translation>目标</translation>
    </message>
    <message>
        <source>Shorter</source>
        <translation>更短</translation>
    </message>
    <message>
        <source>Simpler</source>
        <translation>更简单</translation>
    </message>
    <message>
        <source>More formal</source>
        <translation>更正式</translation>
    </message>
    <message>
        <source>Friendlier</source>
        <translation>更友好</translation>
    </message>
    <message>
        <source>Without mistakes</source>
        <translation>改正错误</translation>
    </message>
    <message>
        <source>Choose one, or write what you want.</source>
        <translation>选择一项，或写下您的要求。</translation>
    </message>
    <message>
        <source>Extract</source>
        <translation>提取</translation>
    </message>
    <message>
        <source>List everything of one kind that a text has.</source>
        <translation>列出文字中某一类的全部内容。</translation>
    </message>
    <message>
        <source>What to find</source>
        <translation>要找的内容</translation>
    </message>
    <message>
        <source>For example: names of people, dates, prices.</source>
        <translation>例如：人名、日期、价格。</translation>
    </message>
    <message>
        <source>What the person asks or orders.</source>
        <translation>用户提出的问题或指令。</translation>
    </message>
    <message>
        <source>Answer</source>
        <translation>回答</translation>
    </message>
    <message>
        <source>What the model should answer. Only this is learned.</source>
        <translation>模型应当给出的回答。只学习这一部分。</translation>
    </message>
    <message>
        <source>More input</source>
        <translation>补充输入</translation>
    </message>
    <message>
        <source>A text that the question is about; it is put below it.</source>
        <translation>问题所针对的文本，放在问题之后。</translation>
    </message>
    <message>
        <source>System prompt</source>
        <translation>系统提示词</translation>
    </message>
    <message>
        <source>How the model should behave in this conversation.</source>
        <translation>模型在此对话中应当如何表现。</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>文本</translation>
    </message>
    <message>
        <source>The text to go on learning from; all of it is learned.</source>
        <translation>用于继续学习的文本，全部都会学习。</translation>
    </message>
    <message>
        <source>The text that gets a label.</source>
        <translation>要加标签的文本。</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>The class that the text belongs to.</source>
        <translation>文本所属的类别。</translation>
    </message>
    <message>
        <source>Teach it to answer</source>
        <translation>学习回答</translation>
    </message>
    <message>
        <source>The model learns to answer as in your examples: questions with answers, orders with results, or whole conversations.</source>
        <translation>模型学习像您的示例那样回答：问题与回答、指令与结果，或完整的对话。</translation>
    </message>
    <message>
        <source>Let it read texts</source>
        <translation>阅读文本</translation>
    </message>
    <message>
        <source>The model reads plain text and takes on its language, style and subject. It does not learn to answer questions by this.</source>
        <translation>模型阅读纯文本，学习其语言、风格和主题。它不会由此学会回答问题。</translation>
    </message>
    <message>
        <source>Sort texts into classes</source>
        <translation>文本分类</translation>
    </message>
    <message>
        <source>The model learns to give each text one of the labels in your data, such as positive and negative, or the department that a letter is for.</source>
        <translation>模型学习为每段文本给出数据中的一个标签，例如正面与负面，或信件应送往的部门。</translation>
    </message>
    <message>
        <source>{name}: the frozen weights are kept in bfloat16, which is {ratio} times as fast here.</source>
        <translation>{name}：冻结的权重使用 bfloat16，在这里的速度是原来的 {ratio} 倍。</translation>
    </message>
    <message>
        <source>{name}: the frozen weights are kept in bfloat16.</source>
        <translation>{name}：冻结的权重使用 bfloat16。</translation>
    </message>
    <message>
        <source>{name}: trained in float32.</source>
        <translation>{name}：以 float32 训练。</translation>
    </message>
    <message>
        <source>The memory ran out, so a step is computed in smaller pieces now ({tokens} tokens at once). The result stays the same; it takes longer.</source>
        <translation>内存耗尽，因此每一步改为分成更小的部分计算（每次 {tokens} 个词元）。结果不变，但用时更长。</translation>
    </message>
    <message>
        <source>The checkpoint {name} is damaged; the run goes on from the one before it.</source>
        <translation>检查点 {name} 已损坏；训练从前一个检查点继续。</translation>
    </message>
    <message>
        <source>Memory is scarce, so a step is computed in smaller pieces ({tokens} tokens at once). The result stays the same; it takes longer.</source>
        <translation>内存紧张，因此每一步分成更小的部分计算（每次 {tokens} 个词元）。结果不变，但用时更长。</translation>
    </message>
    <message>
        <source>Stopped early: {count} evaluations in a row without an improvement.</source>
        <translation>早停：连续 {count} 次评估没有提升。</translation>
    </message>
    <message>
        <source>The process that reads data and tries models ended: {detail}</source>
        <translation>读取数据和试用模型的进程已结束：{detail}</translation>
    </message>
    <message>
        <source>Your files and your runs were not changed.</source>
        <translation>您的文件和训练任务没有更改。</translation>
    </message>
    <message>
        <source>Try again. If it happens again, use a smaller file.</source>
        <translation>请重试。如果再次发生，请使用更小的文件。</translation>
    </message>
    <message>
        <source>The process that reads data and tries models stopped answering.</source>
        <translation>读取数据和试用模型的进程没有响应。</translation>
    </message>
    <message>
        <source>It was ended; your files and your runs were not changed.</source>
        <translation>它已被终止；您的文件和训练任务没有更改。</translation>
    </message>
    <message>
        <source>Reading this data takes more memory than is free.</source>
        <translation>读取此数据所需的内存超过空闲内存。</translation>
    </message>
    <message>
        <source>It was given up in time, and your files were not changed.</source>
        <translation>已及时放弃读取，您的文件没有更改。</translation>
    </message>
    <message>
        <source>Close other programs, or split the data into smaller files.</source>
        <translation>请关闭其他程序，或将数据拆分为较小的文件。</translation>
    </message>
    <message>
        <source>Smallest: clearly worse answers ({id})</source>
        <translation>最小：回答质量明显下降（{id}）</translation>
    </message>
    <message>
        <source>Small: somewhat worse answers ({id})</source>
        <translation>较小：回答质量略有下降（{id}）</translation>
    </message>
    <message>
        <source>Balanced: good answers at a third of the size ({id})</source>
        <translation>均衡：大小为三分之一，回答质量良好（{id}）</translation>
    </message>
    <message>
        <source>Better: hardly any difference from the original ({id})</source>
        <translation>较好：与原始模型几乎没有差别（{id}）</translation>
    </message>
    <message>
        <source>Best: like the original at half the size ({id})</source>
        <translation>最佳：大小减半，与原始模型相当（{id}）</translation>
    </message>
    <message>
        <source>Original, not compressed ({id})</source>
        <translation>原始：未压缩（{id}）</translation>
    </message>
    <message>
        <source>Original weights, {bits} bits each</source>
        <translation>原始权重，每个 {bits} 位</translation>
    </message>
    <message>
        <source>Adapter: needs its base model too</source>
        <translation>适配器：还需要其基座模型</translation>
    </message>
    <message>
        <source>The most able one that is quick enough here: {low} to {high} tokens a second.</source>
        <translation>在这里速度足够的模型中能力最强：{low} 到 {high} 词元/秒。</translation>
    </message>
    <message>
        <source>Quicker and less able: {low} to {high} tokens a second.</source>
        <translation>更快，但能力稍弱：{low} 到 {high} 词元/秒。</translation>
    </message>
    <message>
        <source>More able and slower: {low} to {high} tokens a second here.</source>
        <translation>能力更强，但更慢：在这里 {low} 到 {high} 词元/秒。</translation>
    </message>
    <message>
        <source>As quick as the first one: {low} to {high} tokens a second.</source>
        <translation>与第一个一样快：{low} 到 {high} 词元/秒。</translation>
    </message>
    <message>
        <source>The quickest one for this, and still slow here: {low} to {high} tokens a second.</source>
        <translation>适合此用途的模型中最快，但在这里仍较慢：{low} 到 {high} 词元/秒。</translation>
    </message>
    <message>
        <source>Reads texts in order to sort or to find them, and fits here.</source>
        <translation>用于文本的分类或检索，适合这台电脑。</translation>
    </message>
    <message>
        <source>It is not made for all languages that you chose.</source>
        <translation>它不完全支持您选择的语言。</translation>
    </message>
    <message>
        <source>It is not made for this, but able in general.</source>
        <translation>它并非专为此用途而设计，但综合能力不错。</translation>
    </message>
    <message>
        <source>It does not fit into this computer as it is now.</source>
        <translation>以这台电脑目前的状况无法容纳它。</translation>
    </message>
    <message>
        <source>It is not where it was: {path}.</source>
        <translation>它已不在原来的位置：{path}。</translation>
    </message>
    <message>
        <source>The model that it changes is not on this computer: {base}.</source>
        <translation>这台电脑上没有它所基于的模型：{base}。</translation>
    </message>
    <message>
        <source>This version cannot run models of the kind “{architecture}”.</source>
        <translation>此版本无法运行“{architecture}”类型的模型。</translation>
    </message>
    <message>
        <source>This is no model that reads or writes text.</source>
        <translation>这不是读取或生成文本的模型。</translation>
    </message>
    <message>
        <source>A GGUF model in several files cannot be run by this version.</source>
        <translation>此版本无法运行分成多个文件的 GGUF 模型。</translation>
    </message>
    <message>
        <source>It is incomplete: {detail}.</source>
        <translation>它不完整：{detail}。</translation>
    </message>
    <message>
        <source>Runs well on this computer.</source>
        <translation>可在这台电脑上流畅运行。</translation>
    </message>
    <message>
        <source>Runs, but may write more slowly than you read.</source>
        <translation>可以运行，但输出可能比您阅读的速度慢。</translation>
    </message>
    <message>
        <source>Fits, but takes almost all memory that is free: close other programs first.</source>
        <translation>可以容纳，但会占用几乎全部空闲内存：请先关闭其他程序。</translation>
    </message>
    <message>
        <source>Does not fit into the memory of this computer.</source>
        <translation>这台电脑的内存容纳不下。</translation>
    </message>
    <message>
        <source>Does not fit into the memory that is free now; other programs use the rest.</source>
        <translation>目前的空闲内存容纳不下；其余内存被其他程序占用。</translation>
    </message>
    <message>
        <source>There is not enough room on the disk.</source>
        <translation>磁盘空间不足。</translation>
    </message>
    <message>
        <source>Weights: {count} × {bytes} bytes ({dtype}) = {weights}.</source>
        <translation>权重：{count} × {bytes} 字节（{dtype}）= {weights}。</translation>
    </message>
    <message>
        <source>Weights, packed: {weights}; unpacked they may need more.</source>
        <translation>权重（压缩）：{weights}；解压后可能需要更多。</translation>
    </message>
    <message>
        <source>A conversation: {context} tokens × {each} = {cache}.</source>
        <translation>对话：{context} 词元 × {each} = {cache}。</translation>
    </message>
    <message>
        <source>Room to work: {overhead}.</source>
        <translation>运行开销：{overhead}。</translation>
    </message>
    <message>
        <source>Together {total} of memory; {free} of {all} are free at the moment.</source>
        <translation>合计 {total} 内存；目前空闲 {free} / {all}。</translation>
    </message>
    <message>
        <source>Weights, as they are in the file: {weights}.</source>
        <translation>权重（与文件中相同）：{weights}。</translation>
    </message>
    <message>
        <source>Weights: {count}, most of them with {bits} bits = {weights}.</source>
        <translation>权重：{count} 个，其中大多数为 {bits} 位 = {weights}。</translation>
    </message>
    <message>
        <source>Beyond this sum, as was measured here: {more}.</source>
        <translation>按本机实测，还要多出：{more}。</translation>
    </message>
    <message>
        <source>Less than this sum, as was measured here: {less}.</source>
        <translation>按本机实测，会少用：{less}。</translation>
    </message>
    <message>
        <source>On the disk: {needed} with some to spare; {free} are free.</source>
        <translation>磁盘：需要 {needed}（含余量），剩余 {free}。</translation>
    </message>
    <message>
        <source>Each token reads {read} of memory, which moves {bandwidth} a second here: about {low} to {high} tokens a second.</source>
        <translation>每个词元需读取 {read} 内存，这里的内存带宽为 {bandwidth}/秒：约 {low} 到 {high} 词元/秒。</translation>
    </message>
    <message>
        <source>Memory and speed are those of the graphics card; its speed is assumed, not measured.</source>
        <translation>内存和速度以显卡为准；显卡速度为假定值，未经测量。</translation>
    </message>
    <message>
        <source>The exact shape of the model is not known yet: this is typical for its size.</source>
        <translation>尚不清楚模型的确切结构：以上为同等大小模型的典型值。</translation>
    </message>
    <message>
        <source>It was not fetched to its end.</source>
        <translation>它没有下载完整。</translation>
    </message>
    <message>
        <source>Its weights are only in a format that can run programs on your computer.</source>
        <translation>其权重只提供一种可能在您的电脑上执行程序的格式。</translation>
    </message>
    <message>
        <source>It only works by running programs that come with it.</source>
        <translation>它必须运行其自带的程序才能工作。</translation>
    </message>
    <message>
        <source>It has a file whose name could lead out of its folder: “{name}”.</source>
        <translation>其中有一个文件的名称可能指向其文件夹之外：“{name}”。</translation>
    </message>
    <message>
        <source>It has no weights that this app can read.</source>
        <translation>其中没有本应用可以读取的权重。</translation>
    </message>
    <message>
        <source>Its weights file {name} is empty.</source>
        <translation>其权重文件 {name} 是空的。</translation>
    </message>
    <message>
        <source>The list of its weights files names “{name}”.</source>
        <translation>其权重文件列表中出现了“{name}”。</translation>
    </message>
    <message>
        <source>Its file {name} is missing or cannot be read.</source>
        <translation>其文件 {name} 缺失或无法读取。</translation>
    </message>
    <message>
        <source>One small file, checked and ready for this app</source>
        <translation>单个小文件，已校验，可直接用于本应用</translation>
    </message>
    <message>
        <source>{first} {next}</source>
        <comment>two sentences</comment>
        <translation>{first}{next}</translation>
    </message>
    <message>
        <source>It has no messages with text.</source>
        <translation>其中没有带文字的消息。</translation>
    </message>
    <message>
        <source>It is not JSON (line {line}).</source>
        <translation>不是 JSON（第 {line} 行）。</translation>
    </message>
    <message>
        <source>It is not a conversation in a known form.</source>
        <translation>不是已知形式的对话。</translation>
    </message>
    <message>
        <source>Something in it is missing or of the wrong kind ({where}).</source>
        <translation>其中有内容缺失或类型不对（{where}）。</translation>
    </message>
    <message>
        <source>A newer version of this app has written it.</source>
        <translation>由本应用的更新版本写入。</translation>
    </message>
    <message>
        <source>Message {number} has an unknown speaker: {speaker}.</source>
        <translation>第 {number} 条消息的说话者未知：{speaker}。</translation>
    </message>
    <message>
        <source>Message {number} is not a message.</source>
        <translation>第 {number} 条不是消息。</translation>
    </message>
    <message>
        <source>{files} files</source>
        <translation>{files} 个文件</translation>
    </message>
    <message>
        <source>{count} hidden files and folders were left out.</source>
        <translation>略去 {count} 个隐藏的文件和文件夹。</translation>
    </message>
    <message>
        <source>{count} links to other places were not followed.</source>
        <translation>未跟随 {count} 个指向别处的链接。</translation>
    </message>
    <message>
        <source>{count} folders of libraries were left out.</source>
        <translation>略去 {count} 个程序库文件夹。</translation>
    </message>
    <message>
        <source>{count} folders lie too deep and were left out.</source>
        <translation>{count} 个文件夹层级过深，已略去。</translation>
    </message>
    <message>
        <source>{count} files are too large and were left out.</source>
        <translation>{count} 个文件过大，已略去。</translation>
    </message>
    <message>
        <source>{count} files have no text that can be read.</source>
        <translation>{count} 个文件没有可读取的文字。</translation>
    </message>
    <message>
        <source>{count} more files were left out: there are too many.</source>
        <translation>文件过多，另有 {count} 个已略去。</translation>
    </message>
    <message>
        <source>{pages} pages</source>
        <translation>{pages} 页</translation>
    </message>
    <message>
        <source>{count} of {pages} pages have no text; they may be pictures.</source>
        <translation>{pages} 页中有 {count} 页没有文字，可能是图片。</translation>
    </message>
    <message>
        <source>{count} of {pages} pages are damaged and were left out.</source>
        <translation>{pages} 页中有 {count} 页已损坏，已略去。</translation>
    </message>
    <message>
        <source>{rows} rows</source>
        <translation>{rows} 行</translation>
    </message>
    <message>
        <source>In {places} places there are bytes that are no characters.</source>
        <translation>有 {places} 处的字节不是字符。</translation>
    </message>
    <message>
        <source>{rows} rows in {sheets} sheets</source>
        <translation>{sheets} 个工作表，共 {rows} 行</translation>
    </message>
    <message>
        <source>The text with its prompt has {tokens} tokens; the model has room for {limit}.</source>
        <translation>文字连同提示词有 {tokens} 词元，而模型只能容纳 {limit}。</translation>
    </message>
    <message>
        <source>Take its start, its end, or windows over all of it (--fit start, end or windows).</source>
        <translation>请取开头、结尾，或用窗口覆盖全文（--fit start、end 或 windows）。</translation>
    </message>
    <message>
        <source>This is missing.</source>
        <translation>此项缺失。</translation>
    </message>
    <message>
        <source>“{value}” is none of these: {names}.</source>
        <translation>“{value}”不在以下之列：{names}。</translation>
    </message>
    <message>
        <source>This is a whole number from {minimum} to {maximum}.</source>
        <translation>此项应为 {minimum} 到 {maximum} 的整数。</translation>
    </message>
    <message>
        <source>Chinese</source>
        <translation>中文</translation>
    </message>
    <message>
        <source>English</source>
        <translation>英语</translation>
    </message>
    <message>
        <source>Arabic</source>
        <translation>阿拉伯语</translation>
    </message>
    <message>
        <source>French</source>
        <translation>法语</translation>
    </message>
    <message>
        <source>German</source>
        <translation>德语</translation>
    </message>
    <message>
        <source>Hindi</source>
        <translation>印地语</translation>
    </message>
    <message>
        <source>Italian</source>
        <translation>意大利语</translation>
    </message>
    <message>
        <source>Japanese</source>
        <translation>日语</translation>
    </message>
    <message>
        <source>Korean</source>
        <translation>韩语</translation>
    </message>
    <message>
        <source>Portuguese</source>
        <translation>葡萄牙语</translation>
    </message>
    <message>
        <source>Russian</source>
        <translation>俄语</translation>
    </message>
    <message>
        <source>Spanish</source>
        <translation>西班牙语</translation>
    </message>
    <message>
        <source>As the text is written</source>
        <translation>与原文相同</translation>
    </message>
    <message>
        <source>Chinese; English if it is Chinese</source>
        <translation>中文；若原文是中文则译成英文</translation>
    </message>
    <message>
        <source>The model answered nothing.</source>
        <translation>模型没有回答。</translation>
    </message>
    <message>
        <source>The model did not say whether it is positive, negative or neutral.</source>
        <translation>模型没有说明是正面、负面还是中性。</translation>
    </message>
    <message>
        <source>The model gave no score from 0 to 1.</source>
        <translation>模型没有给出 0 到 1 的分数。</translation>
    </message>
    <message>
        <source>The model did not answer with a list.</source>
        <translation>模型没有用列表回答。</translation>
    </message>
    <message>
        <source>The list ends in the middle.</source>
        <translation>列表中途结束。</translation>
    </message>
    <message>
        <source>The model did not answer with JSON.</source>
        <translation>模型没有用 JSON 回答。</translation>
    </message>
    <message>
        <source>A window with its question takes {tokens} tokens; there is room for {limit}.</source>
        <translation>一个窗口连同问题需要 {tokens} 词元，而只能容纳 {limit}。</translation>
    </message>
    <message>
        <source>Choose smaller windows, or a model that reads more at once.</source>
        <translation>请缩小窗口，或换用一次能读更多的模型。</translation>
    </message>
    <message>
        <source>Merging, step {number} of {total}</source>
        <translation>正在合并，第 {number} / {total} 步</translation>
    </message>
    <message>
        <source>Reading, step {number} of {total}</source>
        <translation>正在读取，第 {number} / {total} 步</translation>
    </message>
    <message>
        <source>Write</source>
        <translation>写作</translation>
    </message>
    <message>
        <source>A story, a news report, a poem or a letter on your subject.</source>
        <translation>按您的主题写故事、新闻、诗歌或书信。</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Story</source>
        <translation>故事</translation>
    </message>
    <message>
        <source>News report</source>
        <translation>新闻报道</translation>
    </message>
    <message>
        <source>Poem</source>
        <translation>诗歌</translation>
    </message>
    <message>
        <source>Letter</source>
        <translation>书信</translation>
    </message>
    <message>
        <source>Subject</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>Help with programming</source>
        <translation>编程帮助</translation>
    </message>
    <message>
        <source>Explain code, find its mistakes, or write some.</source>
        <translation>解释代码、查找错误或编写代码。</translation>
    </message>
    <message>
        <source>Task</source>
        <translation>任务</translation>
    </message>
    <message>
        <source>Write it</source>
        <translation>编写</translation>
    </message>
    <message>
        <source>Explain it</source>
        <translation>解释</translation>
    </message>
    <message>
        <source>Find mistakes</source>
        <translation>查找错误</translation>
    </message>
    <message>
        <source>Programming language</source>
        <translation>编程语言</translation>
    </message>
    <message>
        <source>Code or description</source>
        <translation>代码或说明</translation>
    </message>
    <message>
        <source>Free completion</source>
        <translation>自由续写</translation>
    </message>
    <message>
        <source>Let the model go on with a text, without a chat around it.</source>
        <translation>让模型直接续写文字，不用对话形式。</translation>
    </message>
    <message>
        <source>Tokens of the beginning and what is added.</source>
        <translation>开头与续写合计的词元数。</translation>
    </message>
    <message>
        <source>Sequences</source>
        <translation>续写数量</translation>
    </message>
    <message>
        <source>So many continuations are written.</source>
        <translation>生成这么多个续写。</translation>
    </message>
    <message>
        <source>Beginning</source>
        <translation>开头</translation>
    </message>
    <message>
        <source>A story begins</source>
        <translation>故事开头</translation>
    </message>
    <message>
        <source>Five ways to say hello</source>
        <translation>五种问候</translation>
    </message>
    <message>
        <source>Delete the message</source>
        <translation>删除消息</translation>
    </message>
    <message>
        <source>Delete the version</source>
        <translation>删除版本</translation>
    </message>
    <message>
        <source>The message was deleted.</source>
        <translation>消息已删除。</translation>
    </message>
    <message>
        <source>The version was deleted.</source>
        <translation>版本已删除。</translation>
    </message>
    <message>
        <source>The model was “{before}” and is “{now}”.</source>
        <translation>模型原为“{before}”，现为“{now}”。</translation>
    </message>
    <message>
        <source>The model has another revision: {now}, not {before}.</source>
        <translation>模型版本不同：现为 {now}，原为 {before}。</translation>
    </message>
    <message>
        <source>The fine-tuned part of the model is another one.</source>
        <translation>模型的微调部分不同。</translation>
    </message>
    <message>
        <source>The chat template is another one.</source>
        <translation>对话模板不同。</translation>
    </message>
    <message>
        <source>The prompt is not the same any more.</source>
        <translation>提示词已不相同。</translation>
    </message>
    <message>
        <source>The engine was “{before}” and is “{now}”.</source>
        <translation>引擎原为“{before}”，现为“{now}”。</translation>
    </message>
    <message>
        <source>It was computed on “{before}” and now on “{now}”.</source>
        <translation>原在“{before}”上计算，现在“{now}”上计算。</translation>
    </message>
    <message>
        <source>The number format was {before} and is {now}.</source>
        <translation>数值格式原为 {before}，现为 {now}。</translation>
    </message>
    <message>
        <source>It was computed by {before} threads and now by {now}.</source>
        <translation>原用 {before} 个线程计算，现用 {now} 个。</translation>
    </message>
    <message>
        <source>The weights had {before} bits and have {now}.</source>
        <translation>权重原为 {before} 位，现为 {now} 位。</translation>
    </message>
    <message>
        <source>The version of {name} was {before} and is {now}.</source>
        <translation>{name} 的版本原为 {before}，现为 {now}。</translation>
    </message>
    <message>
        <source>Delete “{title}”</source>
        <translation>删除“{title}”</translation>
    </message>
    <message>
        <source>“{title}” was deleted.</source>
        <translation>“{title}”已删除。</translation>
    </message>
    <message>
        <source>Delete {count} conversations</source>
        <translation>删除 {count} 个对话</translation>
    </message>
    <message>
        <source>{count} conversations were deleted.</source>
        <translation>已删除 {count} 个对话。</translation>
    </message>
    <message>
        <source>Delete the folder “{name}”</source>
        <translation>删除文件夹“{name}”</translation>
    </message>
    <message>
        <source>The folder “{name}” was deleted. Its conversations are kept.</source>
        <translation>文件夹“{name}”已删除，其中的对话已保留。</translation>
    </message>
    <message>
        <source>Delete the preset “{name}”</source>
        <translation>删除预设“{name}”</translation>
    </message>
    <message>
        <source>The preset “{name}” was deleted.</source>
        <translation>预设“{name}”已删除。</translation>
    </message>
    <message>
        <source>The conversation is {tokens} tokens long and {reserved} are kept for the answer, but this model takes at most {limit} together.</source>
        <translation>对话长 {tokens} 词元，另为回答预留 {reserved}，而此模型总共最多容纳 {limit}。</translation>
    </message>
    <message>
        <source>Nothing was sent or left out, and your message is kept.</source>
        <translation>没有发送也没有省略任何内容，您的消息已保留。</translation>
    </message>
    <message>
        <source>Choose what may be left out, shorten your message, or start a new conversation.</source>
        <translation>请选择可以省略的内容、缩短消息，或开始新对话。</translation>
    </message>
    <message>
        <source>There is no record of how this answer was written.</source>
        <translation>没有这条回答生成方式的记录。</translation>
    </message>
    <message>
        <source>Ask the question again to get an answer with a record.</source>
        <translation>请重新提问，以得到带记录的回答。</translation>
    </message>
    <message>
        <source>This answer was written by “{model}”, which is not here.</source>
        <translation>这条回答由“{model}”生成，而该模型不在这里。</translation>
    </message>
    <message>
        <source>Install that model again, then repeat the answer.</source>
        <translation>请重新安装该模型，再重复这条回答。</translation>
    </message>
    <message>
        <source>The conversation with this answer is not open any more.</source>
        <translation>这条回答所在的对话已不再打开。</translation>
    </message>
    <message>
        <source>Open that conversation, then repeat the answer.</source>
        <translation>请打开该对话，再重复这条回答。</translation>
    </message>
    <message>
        <source>This answer was put together from the parts of a long text.</source>
        <translation>这条回答是由一篇长文的各部分合并而成的。</translation>
    </message>
    <message>
        <source>Only answers to one prompt can be repeated exactly.</source>
        <translation>只有针对单个提示词的回答才能精确重复。</translation>
    </message>
    <message>
        <source>The speed could not be measured.</source>
        <translation>无法测量速度。</translation>
    </message>
    <message>
        <source>Earlier measurements and your models are untouched.</source>
        <translation>以前的测量结果和您的模型都没有改动。</translation>
    </message>
    <message>
        <source>Try again with fewer engines, or with another model.</source>
        <translation>请减少引擎数量，或换一个模型再试。</translation>
    </message>
    <message>
        <source>A file of measurements could not be used: {fault}.</source>
        <translation>无法使用测量结果文件：{fault}。</translation>
    </message>
    <message>
        <source>Measurements that were kept before are untouched.</source>
        <translation>以前保存的测量结果没有改动。</translation>
    </message>
    <message>
        <source>Check the free space and the rights of the folder.</source>
        <translation>请检查文件夹的可用空间和权限。</translation>
    </message>
    <message>
        <source>The repetition was stopped before its end.</source>
        <translation>重复运行在结束前被停止。</translation>
    </message>
    <message>
        <source>Repeat the answer again when the model has nothing to do.</source>
        <translation>请在模型空闲时再次重复。</translation>
    </message>
    <message>
        <source>The preset “{name}” has values that cannot be used.</source>
        <translation>预设“{name}”含有无法使用的值。</translation>
    </message>
    <message>
        <source>The settings of this conversation were not changed.</source>
        <translation>此对话的设置没有改变。</translation>
    </message>
    <message>
        <source>Save the preset anew, or choose another one.</source>
        <translation>请重新保存此预设，或选择其他预设。</translation>
    </message>
    <message>
        <source>{name} (first {kept} of {tokens} tokens)</source>
        <translation>{name}（{tokens} 词元中的前 {kept}）</translation>
    </message>
    <message>
        <source>{name} (last {kept} of {tokens} tokens)</source>
        <translation>{name}（{tokens} 词元中的后 {kept}）</translation>
    </message>
    <message>
        <source>{name} (first {kept} of about {tokens} tokens)</source>
        <translation>{name}（约 {tokens} 词元中的前 {kept}）</translation>
    </message>
    <message>
        <source>{name} (last {kept} of about {tokens} tokens)</source>
        <translation>{name}（约 {tokens} 词元中的后 {kept}）</translation>
    </message>
    <message>
        <source>{name} (read in parts)</source>
        <translation>{name}（分段读取）</translation>
    </message>
    <message>
        <source>Positive</source>
        <translation>正面</translation>
    </message>
    <message>
        <source>Negative</source>
        <translation>负面</translation>
    </message>
    <message>
        <source>Neutral</source>
        <translation>中性</translation>
    </message>
    <message>
        <source>There is no preset in {path} that can be used.</source>
        <translation>{path} 中没有可用的预设。</translation>
    </message>
    <message>
        <source>Your presets are as they were.</source>
        <translation>您的预设保持原样。</translation>
    </message>
    <message>
        <source>Choose a file that this app has exported.</source>
        <translation>请选择由本应用导出的文件。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他文件夹。</translation>
    </message>
    <message>
        <source>{engine} could not be measured: {fault}.</source>
        <translation>无法测量 {engine}：{fault}。</translation>
    </message>
    <message>
        <source>Nothing of yours was touched.</source>
        <translation>您的任何内容都没有改动。</translation>
    </message>
    <message>
        <source>Measure without it, or with another model.</source>
        <translation>请不包括它进行测量，或换一个模型。</translation>
    </message>
    <message>
        <source>No engine could be measured with {model}.</source>
        <translation>没有引擎可以用 {model} 测量。</translation>
    </message>
    <message>
        <source>Check the model in the library, or choose another one.</source>
        <translation>请在模型库中检查该模型，或选择其他模型。</translation>
    </message>
    <message>
        <source>The JSON schema for the answer cannot be used: {detail}.</source>
        <translation>无法使用回答的 JSON 模式：{detail}。</translation>
    </message>
    <message>
        <source>Nothing was generated, and your message is kept.</source>
        <translation>没有生成任何内容，您的消息已保留。</translation>
    </message>
    <message>
        <source>Correct the schema, or answer without one.</source>
        <translation>请修改模式，或不使用模式回答。</translation>
    </message>
    <message>
        <source>it is longer than {limit} characters</source>
        <translation>长度超过 {limit} 个字符</translation>
    </message>
    <message>
        <source>it is not JSON (line {line}, column {column})</source>
        <translation>它不是 JSON（第 {line} 行第 {column} 列）</translation>
    </message>
    <message>
        <source>it is nested more than {limit} levels deep</source>
        <translation>嵌套超过 {limit} 层</translation>
    </message>
    <message>
        <source>it is no JSON object</source>
        <translation>它不是 JSON 对象</translation>
    </message>
    <message>
        <source>a “$ref” in it leads back to itself</source>
        <translation>其中的“$ref”指回了自身</translation>
    </message>
    <message>
        <source>“$ref” may point to its own parts only, such as #/$defs/a: {shown}</source>
        <translation>“$ref”只能指向模式自身的部分，例如 #/$defs/a：{shown}</translation>
    </message>
    <message>
        <source>“$ref” points to nothing: {shown}</source>
        <translation>“$ref”没有指向任何内容：{shown}</translation>
    </message>
    <message>
        <source>there is no type {shown}</source>
        <translation>没有类型 {shown}</translation>
    </message>
    <message>
        <source>“{key}” has to be an object</source>
        <translation>“{key}”必须是对象</translation>
    </message>
    <message>
        <source>“{key}” has to be a list</source>
        <translation>“{key}”必须是列表</translation>
    </message>
    <message>
        <source>it repeats something more than {limit} times</source>
        <translation>某项内容重复超过 {limit} 次</translation>
    </message>
    <message>
        <source>“{address}” is not the address of a server.</source>
        <translation>“{address}”不是服务器地址。</translation>
    </message>
    <message>
        <source>Nothing was sent.</source>
        <translation>没有发送任何内容。</translation>
    </message>
    <message>
        <source>Write it like http://127.0.0.1:8000/v1, without a name or a password in it.</source>
        <translation>请写成 http://127.0.0.1:8000/v1 的形式，不要包含用户名或密码。</translation>
    </message>
    <message>
        <source>Answers come from {address}; nothing is computed here.</source>
        <translation>回答来自 {address}；本机不进行计算。</translation>
    </message>
    <message>
        <source>Transformers runs it: it reads long prompts fastest, and can be fine-tuned.</source>
        <translation>由 Transformers 运行：读取长提示词最快，并且可以微调。</translation>
    </message>
    <message>
        <source>Transformers runs it, converted once: it reads long prompts fastest, and can be fine-tuned.</source>
        <translation>由 Transformers 运行，只需转换一次：读取长提示词最快，并且可以微调。</translation>
    </message>
    <message>
        <source>llama.cpp runs this file as it is, in the least memory and without converting it.</source>
        <translation>由 llama.cpp 直接运行此文件，占用内存最少且无需转换。</translation>
    </message>
    <message>
        <source>You chose {engine} for this model.</source>
        <translation>您为此模型选择了 {engine}。</translation>
    </message>
    <message>
        <source>Transformers runs it, since a fine-tuning lies over it.</source>
        <translation>由 Transformers 运行，因为它上面有微调结果。</translation>
    </message>
    <message>
        <source>How the weights are kept was chosen in the settings.</source>
        <translation>权重的保存方式由设置指定。</translation>
    </message>
    <message>
        <source>The weights are kept as they are: fewer bits are for models that a processor runs.</source>
        <translation>权重保持原样：较少的位数只用于由处理器运行的模型。</translation>
    </message>
    <message>
        <source>The weights are kept as they are: too few layers of this model, or not those that its adapter changes, can be kept in fewer bits here.</source>
        <translation>权重保持原样：此模型能以较少位数保存的层太少，或不包括其适配器所改变的层。</translation>
    </message>
    <message>
        <source>The weights are kept in the number format that was chosen in the settings.</source>
        <translation>权重按设置中选择的数字格式保存。</translation>
    </message>
    <message>
        <source>The weights are kept as they are: so small a model would not be faster with fewer bits.</source>
        <translation>权重保持原样：这么小的模型用更少的位数也不会更快。</translation>
    </message>
    <message>
        <source>The weights are kept as they are: with 8 bits each the model would not be clearly faster on this processor than in {dtype}.</source>
        <translation>权重保持原样：在此处理器上用 8 位并不会比 {dtype} 明显更快。</translation>
    </message>
    <message>
        <source>The weights are kept in 8 bits: a typical answer is {ratio} times as fast on this processor as with exact ones, and hardly differs.</source>
        <translation>权重以 8 位保存：在此处理器上，一次典型回答的速度是原样权重的 {ratio} 倍，而内容几乎没有差别。</translation>
    </message>
    <message>
        <source>The weights are exactly those of the file: a typical answer is {ratio} times as fast on this processor as in {dtype}, and fewer bits would not be clearly faster.</source>
        <translation>权重与文件中完全一致：在此处理器上，一次典型回答的速度是 {dtype} 的 {ratio} 倍，而更少的位数并不会明显更快。</translation>
    </message>
    <message>
        <source>The weights are kept in {bits} bits: there is not enough memory for more.</source>
        <translation>权重以 {bits} 位保存：内存不足以使用更多位数。</translation>
    </message>
    <message>
        <source>A graphics card was found ({name}); llama.cpp puts as many layers on it as fit.</source>
        <translation>发现显卡（{name}）；llama.cpp 会把能放下的层都放上去。</translation>
    </message>
    <message>
        <source>You chose {layers} layers for the graphics card ({name}).</source>
        <translation>您为显卡（{name}）选择了 {layers} 层。</translation>
    </message>
    <message>
        <source>llama.cpp found no graphics card that it can use.</source>
        <translation>llama.cpp 没有找到可用的显卡。</translation>
    </message>
    <message>
        <source>{wish} was chosen in the settings, but llama.cpp cannot use it here.</source>
        <translation>设置中选择了 {wish}，但 llama.cpp 在这里无法使用它。</translation>
    </message>
    <message>
        <source>Your message and the text written so far are kept.</source>
        <translation>您的消息和已写出的文字都已保留。</translation>
    </message>
    <message>
        <source>There is no connection to the server at {address}.</source>
        <translation>无法连接到 {address} 的服务器。</translation>
    </message>
    <message>
        <source>Nothing was sent, and your message is kept.</source>
        <translation>没有发送任何内容，您的消息已保留。</translation>
    </message>
    <message>
        <source>See whether the server runs, and whether its address is right.</source>
        <translation>请检查服务器是否在运行，地址是否正确。</translation>
    </message>
    <message>
        <source>The server at {address} could not prove that it is the one that was meant.</source>
        <translation>{address} 的服务器无法证明自己的身份。</translation>
    </message>
    <message>
        <source>Ask who runs it for a valid certificate; without encryption it is http://.</source>
        <translation>请向管理者索取有效的证书；不加密时使用 http://。</translation>
    </message>
    <message>
        <source>The server at {address} does not accept the key.</source>
        <translation>{address} 的服务器不接受该密钥。</translation>
    </message>
    <message>
        <source>Enter the right key where the servers are listed.</source>
        <translation>请在服务器列表中输入正确的密钥。</translation>
    </message>
    <message>
        <source>The server at {address} has said nothing for {seconds} seconds.</source>
        <translation>{address} 的服务器已有 {seconds} 秒没有响应。</translation>
    </message>
    <message>
        <source>Try again later: it may have too much to do.</source>
        <translation>请稍后再试：它可能太忙了。</translation>
    </message>
    <message>
        <source>What answers at {address} does not speak the OpenAI protocol ({detail}).</source>
        <translation>{address} 上的程序不支持 OpenAI 协议（{detail}）。</translation>
    </message>
    <message>
        <source>Look at the address: most servers want /v1 at its end.</source>
        <translation>请检查地址：大多数服务器要求以 /v1 结尾。</translation>
    </message>
    <message>
        <source>The server at {address} closed the connection before it was done.</source>
        <translation>{address} 的服务器在完成之前关闭了连接。</translation>
    </message>
    <message>
        <source>The server at {address} refused ({status}): {message}</source>
        <translation>{address} 的服务器拒绝了请求（{status}）：{message}</translation>
    </message>
    <message>
        <source>Change what it complains about, or ask who runs the server.</source>
        <translation>请修改它指出的问题，或询问服务器的管理者。</translation>
    </message>
    <message>
        <source>The server at {address} has no model “{model}”.</source>
        <translation>{address} 的服务器没有模型“{model}”。</translation>
    </message>
    <message>
        <source>Your conversations are kept.</source>
        <translation>您的对话已保留。</translation>
    </message>
    <message>
        <source>Ask the server for its models again, and choose among them.</source>
        <translation>请重新查询服务器的模型并从中选择。</translation>
    </message>
    <message>
        <source>The key has characters that no key can have.</source>
        <translation>密钥中含有不允许的字符。</translation>
    </message>
    <message>
        <source>Copy it again: letters, digits and signs, without spaces.</source>
        <translation>请重新复制：只含字母、数字和符号，不含空格。</translation>
    </message>
    <message>
        <source>A server does not tell this about its models.</source>
        <translation>服务器不提供其模型的这项信息。</translation>
    </message>
    <message>
        <source>Use a model on this computer for it.</source>
        <translation>请使用本机上的模型。</translation>
    </message>
    <message>
        <source>The server at {address} is not known to go on inside an answer.</source>
        <translation>不确定 {address} 的服务器能否在一个回答中接着写。</translation>
    </message>
    <message>
        <source>The answer is kept as it is.</source>
        <translation>回答保持原样。</translation>
    </message>
    <message>
        <source>Ask for a new answer, or use a model on this computer.</source>
        <translation>请重新请求回答，或使用本机上的模型。</translation>
    </message>
    <message>
        <source>The model could read {most} tokens at once; there is memory for {tokens}.</source>
        <translation>模型一次可以读取 {most} 个词元；内存足够 {tokens} 个。</translation>
    </message>
    <message>
        <source>Another program uses port {port} of this computer.</source>
        <translation>本机的端口 {port} 已被另一个程序使用。</translation>
    </message>
    <message>
        <source>The server is off, and everything else works.</source>
        <translation>服务器已关闭，其他一切正常。</translation>
    </message>
    <message>
        <source>Choose another port, or 0 for any that is free, and switch the server on again.</source>
        <translation>请选择其他端口，或用 0 表示任意空闲端口，然后重新打开服务器。</translation>
    </message>
    <message>
        <source>The system does not allow programs to use port {port}.</source>
        <translation>系统不允许程序使用端口 {port}。</translation>
    </message>
    <message>
        <source>Choose a port of 1024 or above.</source>
        <translation>请选择 1024 或以上的端口。</translation>
    </message>
    <message>
        <source>The server could not start: {detail}.</source>
        <translation>服务器无法启动：{detail}。</translation>
    </message>
    <message>
        <source>Choose another port, or restart the app, and try again.</source>
        <translation>请选择其他端口，或重新启动应用后再试。</translation>
    </message>
    <message>
        <source>The key in {path} cannot be used: {detail}.</source>
        <translation>无法使用 {path} 中的密钥：{detail}。</translation>
    </message>
    <message>
        <source>The server was not started, and the file is unchanged.</source>
        <translation>服务器没有启动，文件没有改动。</translation>
    </message>
    <message>
        <source>Put 16 or more letters and digits on its first line, or name a new file.</source>
        <translation>请在第一行写入 16 个或更多字母和数字，或指定一个新文件。</translation>
    </message>
    <message>
        <source>llama.cpp cannot follow it</source>
        <translation>llama.cpp 无法遵循它</translation>
    </message>
    <message>
        <source>There is no display here to show a window on.</source>
        <translation>这里没有可显示窗口的屏幕。</translation>
    </message>
    <message>
        <source>Nothing was started.</source>
        <translation>没有启动任何内容。</translation>
    </message>
    <message>
        <source>Chat in the terminal: desktop-llm chat</source>
        <translation>可在终端中对话：desktop-llm chat</translation>
    </message>
</context>
<context>
    <name>finetune</name>
    <message>
        <source>JSON lines</source>
        <translation>JSON Lines</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>CSV table</source>
        <translation>CSV 表格</translation>
    </message>
    <message>
        <source>TSV table</source>
        <translation>TSV 表格</translation>
    </message>
    <message>
        <source>Parquet table</source>
        <translation>Parquet 表格</translation>
    </message>
    <message>
        <source>text file</source>
        <translation>文本文件</translation>
    </message>
    <message>
        <source>Markdown file</source>
        <translation>Markdown 文件</translation>
    </message>
    <message>
        <source>CoNLL file</source>
        <translation>CoNLL 文件</translation>
    </message>
    <message>
        <source>Instructions with answers (Alpaca)</source>
        <translation>指令与回答（Alpaca）</translation>
    </message>
    <message>
        <source>Conversations (ShareGPT)</source>
        <translation>对话（ShareGPT）</translation>
    </message>
    <message>
        <source>Conversations (OpenAI messages)</source>
        <translation>对话（OpenAI 消息）</translation>
    </message>
    <message>
        <source>Prompts with completions</source>
        <translation>提示词与补全</translation>
    </message>
    <message>
        <source>Questions with answers</source>
        <translation>问题与回答</translation>
    </message>
    <message>
        <source>Plain text</source>
        <translation>纯文本</translation>
    </message>
    <message>
        <source>Texts with labels</source>
        <translation>带标签的文本</translation>
    </message>
    <message>
        <source>Words with tags</source>
        <translation>带标注的词</translation>
    </message>
    <message>
        <source>Preferred and rejected answers</source>
        <translation>偏好与拒绝的回答</translation>
    </message>
    <message>
        <source>Columns of an unknown meaning</source>
        <translation>含义未知的列</translation>
    </message>
    <message>
        <source>{layout} · {container}</source>
        <translation>{layout} · {container}</translation>
    </message>
    <message>
        <source>1 row</source>
        <translation>1 条数据</translation>
    </message>
    <message>
        <source>{number} rows</source>
        <translation>{number} 条数据</translation>
    </message>
</context>
<context>
    <name>models</name>
    <message>
        <source>Talk and answer questions</source>
        <translation>对话和回答问题</translation>
    </message>
    <message>
        <source>Write programs</source>
        <translation>编写程序</translation>
    </message>
    <message>
        <source>Think step by step</source>
        <translation>逐步推理</translation>
    </message>
    <message>
        <source>Work in many languages</source>
        <translation>使用多种语言</translation>
    </message>
    <message>
        <source>Work in Chinese</source>
        <translation>使用中文</translation>
    </message>
    <message>
        <source>Train a model of my own</source>
        <translation>训练自己的模型</translation>
    </message>
    <message>
        <source>Classify or tag texts</source>
        <translation>文本分类或标注</translation>
    </message>
    <message>
        <source>It has to be quick</source>
        <translation>必须要快</translation>
    </message>
    <message>
        <source>I can wait a little</source>
        <translation>可以稍等</translation>
    </message>
    <message>
        <source>Quality comes first</source>
        <translation>质量优先</translation>
    </message>
    <message>
        <source>Any size</source>
        <translation>不限大小</translation>
    </message>
    <message>
        <source>Up to 0.5B</source>
        <translation>0.5B 以内</translation>
    </message>
    <message>
        <source>0.5B to 1.5B</source>
        <translation>0.5B 到 1.5B</translation>
    </message>
    <message>
        <source>1.5B to 4B</source>
        <translation>1.5B 到 4B</translation>
    </message>
    <message>
        <source>4B to 9B</source>
        <translation>4B 到 9B</translation>
    </message>
    <message>
        <source>More than 9B</source>
        <translation>9B 以上</translation>
    </message>
    <message>
        <source>Runs well</source>
        <translation>运行流畅</translation>
    </message>
    <message>
        <source>Runs slowly</source>
        <translation>运行较慢</translation>
    </message>
    <message>
        <source>Just fits</source>
        <translation>勉强可用</translation>
    </message>
    <message>
        <source>Too large</source>
        <translation>太大</translation>
    </message>
    <message>
        <source>Adapter</source>
        <translation>适配器</translation>
    </message>
    <message>
        <source>Unsafe format</source>
        <translation>不安全的格式</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>公开</translation>
    </message>
    <message>
        <source>Conditions to accept</source>
        <translation>需接受条件</translation>
    </message>
    <message>
        <source>Private</source>
        <translation>私有</translation>
    </message>
    <message>
        <source>Disabled</source>
        <translation>已停用</translation>
    </message>
    <message>
        <source>Writes text</source>
        <translation>文本生成</translation>
    </message>
    <message>
        <source>Classifies texts</source>
        <translation>文本分类</translation>
    </message>
    <message>
        <source>Tags words</source>
        <translation>词语标注</translation>
    </message>
    <message>
        <source>Fills gaps</source>
        <translation>填空</translation>
    </message>
    <message>
        <source>Makes embeddings</source>
        <translation>生成嵌入</translation>
    </message>
    <message>
        <source>Compares sentences</source>
        <translation>句子比较</translation>
    </message>
    <message>
        <source>Translates</source>
        <translation>翻译</translation>
    </message>
    <message>
        <source>Summarizes</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Reads images and text</source>
        <translation>图文理解</translation>
    </message>
    <message>
        <source>1 model</source>
        <translation>1 个模型</translation>
    </message>
    <message>
        <source>{number} models</source>
        <translation>{number} 个模型</translation>
    </message>
    <message>
        <source>about one token a second</source>
        <translation>约 1 词元/秒</translation>
    </message>
    <message>
        <source>about {low} tokens a second</source>
        <translation>约 {low} 词元/秒</translation>
    </message>
    <message>
        <source>about {low} to {high} tokens a second</source>
        <translation>约 {low} 到 {high} 词元/秒</translation>
    </message>
    <message>
        <source>{number} more</source>
        <translation>另有 {number} 种</translation>
    </message>
    <message>
        <source>Many languages</source>
        <translation>多种语言</translation>
    </message>
    <message>
        <source>Fine-tuned here</source>
        <translation>在此微调</translation>
    </message>
    <message>
        <source>Adapter, fine-tuned here</source>
        <translation>适配器，在此微调</translation>
    </message>
    <message>
        <source>Starter</source>
        <translation>入门模型</translation>
    </message>
    <message>
        <source>From the hub</source>
        <translation>来自模型中心</translation>
    </message>
    <message>
        <source>Imported folder</source>
        <translation>导入的文件夹</translation>
    </message>
    <message>
        <source>Imported GGUF file</source>
        <translation>导入的 GGUF 文件</translation>
    </message>
    <message>
        <source>Missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>Incomplete</source>
        <translation>不完整</translation>
    </message>
    <message>
        <source>Not checked</source>
        <translation>未校验</translation>
    </message>
    <message>
        <source>Checked</source>
        <translation>已校验</translation>
    </message>
    <message>
        <source>Damaged</source>
        <translation>已损坏</translation>
    </message>
    <message>
        <source>{number} s left</source>
        <translation>剩余 {number} 秒</translation>
    </message>
    <message>
        <source>{number} min left</source>
        <translation>剩余 {number} 分钟</translation>
    </message>
    <message>
        <source>{number} h left</source>
        <translation>剩余 {number} 小时</translation>
    </message>
</context>
<context>
    <name>runs</name>
    <message>
        <source>{value} {unit}</source>
        <translation>{value} {unit}</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Preparing</source>
        <translation>准备中</translation>
    </message>
    <message>
        <source>Training</source>
        <translation>训练中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Discarded</source>
        <translation>已放弃</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>Reading the data…</source>
        <translation>正在读取数据…</translation>
    </message>
    <message>
        <source>Cutting the texts into tokens…</source>
        <translation>正在将文本切分为词元…</translation>
    </message>
    <message>
        <source>Loading the base model…</source>
        <translation>正在加载基座模型…</translation>
    </message>
    <message>
        <source>Measuring on the held-out rows…</source>
        <translation>正在用验证数据评估…</translation>
    </message>
    <message>
        <source>{file} and {count} more</source>
        <translation>{file} 及另外 {count} 个文件</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent}%</translation>
    </message>
    <message>
        <source>step {step} of {total}</source>
        <translation>第 {step} / {total} 步</translation>
    </message>
    <message>
        <source>none</source>
        <comment>no result</comment>
        <translation>无</translation>
    </message>
    <message>
        <source>{before} → {after}</source>
        <translation>{before} → {after}</translation>
    </message>
    <message>
        <source>loss {before} → {after}</source>
        <translation>损失 {before} → {after}</translation>
    </message>
    <message>
        <source>not a number</source>
        <translation>非数值</translation>
    </message>
    <message>
        <source>{seconds} s</source>
        <translation>{seconds} 秒</translation>
    </message>
    <message>
        <source>{minutes} min</source>
        <translation>{minutes} 分钟</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} 分 {seconds} 秒</translation>
    </message>
    <message>
        <source>{hours} h {minutes} min</source>
        <translation>{hours} 小时 {minutes} 分</translation>
    </message>
</context>
<context>
    <name>sampling</name>
    <message>
        <source>Temperature</source>
        <translation>温度</translation>
    </message>
    <message>
        <source>How freely the model chooses, from 0 to 5. 0 always takes the likeliest token; above 1 the answer becomes erratic.</source>
        <translation>模型选择的自由程度，范围 0 到 5。0 总是取概率最高的词元；大于 1 时回答会变得杂乱。</translation>
    </message>
    <message>
        <source>Top-p</source>
        <translation>Top-p</translation>
    </message>
    <message>
        <source>Only the likeliest tokens that together reach this probability, from 0.01 to 1, are considered. 1 considers all.</source>
        <translation>只考虑累计概率达到此值的最可能的词元，范围 0.01 到 1。1 表示考虑全部。</translation>
    </message>
    <message>
        <source>Top-k</source>
        <translation>Top-k</translation>
    </message>
    <message>
        <source>Only this many of the likeliest tokens are considered, up to 1000.</source>
        <translation>只考虑概率最高的这么多个词元，最多 1000。</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>词元</translation>
    </message>
    <message>
        <source>Min-p</source>
        <translation>Min-p</translation>
    </message>
    <message>
        <source>Tokens less likely than this share of the likeliest one, from 0 to 1, are left out.</source>
        <translation>排除概率低于最高概率的这一比例的词元，范围 0 到 1。</translation>
    </message>
    <message>
        <source>Repetition penalty</source>
        <translation>重复惩罚</translation>
    </message>
    <message>
        <source>Makes tokens that were used already less likely, from 1 to 2. 1 changes nothing.</source>
        <translation>降低已出现过的词元的概率，范围 1 到 2。1 表示不改变。</translation>
    </message>
    <message>
        <source>Longest answer</source>
        <translation>回答长度上限</translation>
    </message>
    <message>
        <source>The answer ends after this many tokens, from 1 to 131072.</source>
        <translation>回答在这么多个词元后结束，范围 1 到 131072。</translation>
    </message>
    <message>
        <source>Seed</source>
        <translation>随机种子</translation>
    </message>
    <message>
        <source>With the same seed and settings the same answer comes again. “Random” takes another one each time.</source>
        <translation>种子和设置相同，回答就相同。“随机”表示每次使用不同的种子。</translation>
    </message>
    <message>
        <source>Random</source>
        <translation>随机</translation>
    </message>
</context>
</TS>
